// The environment of a component's guests: what the manifest says, and over it what the pod says for all components with
// `SPIN_ENV_<NAME>`, as `spin up --env` does. Nothing else of the container's environment.

const PREFIX = 'SPIN_ENV_';

/** Returns the variables in the order of the manifest, those of the pod alone after them. */
export function guestEnvironment(
  manifest: readonly (readonly [string, string])[],
  container: Readonly<Record<string, string>>,
): [name: string, value: string][] {
  const own = Object.entries(container).flatMap(([name, value]): [string, string][] =>
    name.startsWith(PREFIX) && name.length > PREFIX.length ? [[name.slice(PREFIX.length), value]] : [],
  );
  return [...new Map([...manifest, ...own])];
}
