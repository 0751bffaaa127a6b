// The configuration that the pod's owner gives an app, from its file to what the factors take.

import { emptyRuntimeConfig, type RuntimeConfig } from '../factor/runtime-config/empty.ts';
import type { RuntimeConfigFile } from './files.ts';

/** Parses the file, if there is one. Throws an `Error` that says everything that is wrong with it. */
export async function openRuntimeConfig(
  file: RuntimeConfigFile | null,
  { print, log }: { readonly print: (text: string) => void; readonly log: (line: string) => void },
): Promise<RuntimeConfig> {
  if (file === null) return emptyRuntimeConfig;
  // Most pods have none and do without the parser.
  const [{ parseRuntimeConfig }, { formatDiagnostic }] = await Promise.all([
    import('../factor/runtime-config/runtime-config.ts'),
    import('../plan/plan-refused.ts'),
  ]);
  const config = parseRuntimeConfig(file.text, file.path);
  if (!('warnings' in config)) throw new Error(config.map(formatDiagnostic).join('\n'));
  for (const warning of config.warnings) log(`Warning: ${formatDiagnostic(warning)}`);
  if (config.summary !== '') print(`${config.summary} from ${JSON.stringify(file.path)}\n`);
  return config;
}
