// A setting of a container's environment that is a number.

/**
 * Reads it; undefined where it is not set, or empty. `isWhole` is whether it may have no fraction. Throws an `Error` that names the variable
 * when its value is no number.
 */
export function readNumberSetting(
  environment: Readonly<Record<string, string>>,
  name: string,
  isWhole = false,
): number | undefined {
  const text = environment[name];
  if (text === undefined || text === '') return undefined;
  if ((isWhole ? /^\d+$/ : /^\d+(?:\.\d+)?$/).test(text)) return Number(text);
  throw new Error(`${name} is ${JSON.stringify(text)}, which is no number: give it one, or leave it out`);
}
