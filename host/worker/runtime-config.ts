// The configuration that the pod's owner gives an app, from its file to what the factors take.

import { emptyRuntimeConfig, type RuntimeConfig } from '../factor/runtime-config/empty.ts';
import { formatDiagnostic } from '../plan/plan-refused.ts';
import type { RuntimeConfigFile } from './files.ts';

/** Loads what parses the file: a fifth of a worker's program, which pods without the file do without. */
export type LoadParser = () => Promise<typeof import('../factor/runtime-config/runtime-config.ts')>;

/** What opening needs. */
export type RuntimeConfigOptions = {
  readonly loadParser: LoadParser;
  readonly print: (text: string) => void;
  readonly log: (line: string) => void;
};

/** Parses the file, if there is one. Throws an `Error` that says everything that is wrong with it. */
export async function openRuntimeConfig(
  file: RuntimeConfigFile | null,
  { loadParser, print, log }: RuntimeConfigOptions,
): Promise<RuntimeConfig> {
  if (file === null) return emptyRuntimeConfig;
  const { parseRuntimeConfig } = await loadParser();
  const config = parseRuntimeConfig(file.text, file.path);
  if (!('warnings' in config)) throw new Error(config.map(formatDiagnostic).join('\n'));
  for (const warning of config.warnings) log(`Warning: ${formatDiagnostic(warning)}`);
  if (config.summary !== '') print(`${config.summary} from ${JSON.stringify(file.path)}\n`);
  return config;
}
