// Names of component interfaces, `namespace:package/interface@version`, and which versions stand for each other: the semver rule of
// the component model (https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md, canonical interface names).

/**
 * Returns the name with its version cut to what decides compatibility: `wasi:io/poll@0.2.12` is `wasi:io/poll@0.2`,
 * `fermyon:spin/variables@2.0.0` is `fermyon:spin/variables@2`. A prerelease or a name without a version stands for itself.
 */
export function compatibleName(name: string): string {
  const match = /^(.*)@(\d+)\.(\d+)\.(\d+)(?:\+.*)?$/.exec(name);
  if (match === null) return name;
  const [, base, major, minor, patch] = match;
  if (major !== '0') return `${base}@${major}`;
  return minor !== '0' ? `${base}@0.${minor}` : `${base}@0.0.${patch}`;
}

/** Returns `wasi:io/poll` for `wasi:io/poll@0.2.12`. */
export function unversionedName(name: string): string {
  const at = name.indexOf('@');
  return at === -1 ? name : name.slice(0, at);
}
