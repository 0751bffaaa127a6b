// Values of variables out of the container's environment and out of files that complete it (https://www.dotenv.org).

import type { Variable } from '../../gen/runtime.ts';
import type { VariableProvider } from '../variable.ts';

/** The prefix of a provider that names none. */
const DEFAULT_PREFIX = 'SPIN_VARIABLE';

/** How environment variables stand for variables. */
export type EnvironmentProviderOptions = {
  readonly environment: Readonly<Record<string, string>>;
  readonly prefix?: string | undefined;
  /** Reads more variables, for those that the environment does not have. Called once, when one is missing. */
  readonly readMore?: () => Readonly<Record<string, string>>;
};

/** Creates a provider of `<prefix>_<NAME>`. */
export function createEnvironmentProvider(options: EnvironmentProviderOptions): VariableProvider {
  const { environment, prefix = DEFAULT_PREFIX, readMore = () => ({}) } = options;
  let more: Readonly<Record<string, string>> | undefined;
  return {
    get(name) {
      const key = `${prefix}_${name.toUpperCase()}`;
      if (environment[key] !== undefined) return environment[key];
      more ??= readMore();
      return more[key];
    },
  };
}

/** Returns an environment in which a declared variable whose bare upper-case name is set has that value, as the original has it. */
export function withBareNames(
  environment: Readonly<Record<string, string>>,
  variables: readonly Variable[],
): Readonly<Record<string, string>> {
  const bare = variables.flatMap(({ name }) => {
    const value = environment[name.toUpperCase()];
    return value === undefined ? [] : [[`${DEFAULT_PREFIX}_${name.toUpperCase()}`, value]];
  });
  return { ...environment, ...Object.fromEntries(bare) };
}
