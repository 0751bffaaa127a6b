// Reads `runtime-config.toml`, with which a pod's owner configures an app's capabilities (https://spinframework.dev/dynamic-configuration):
// strictly, and everything that is wrong is said at once, with its place. What is in it is for the factors.

import { Diagnostics } from '../../../guest-runtime/manifest/diagnostics.ts';
import { TableReader } from '../../../guest-runtime/manifest/reader.ts';
import { parseToml } from '../../../guest-runtime/manifest/toml.ts';
import type { Diagnostic } from '../../gen/runtime.ts';
import type { RuntimeConfig } from './empty.ts';
import { readNetworking } from './networking.ts';
import { checkStores } from './stores.ts';
import { readVariableProviders } from './variable-providers.ts';

/** Parses a configuration; `file` is its name in diagnostics. A list is everything that is wrong with it. */
export function parseRuntimeConfig(text: string, file: string): RuntimeConfig | readonly Diagnostic[] {
  const diagnostics = new Diagnostics(file);
  const table = parseToml(text, diagnostics);
  const config = table && readConfig(new TableReader(table, diagnostics));
  if (!config || diagnostics.hasErrors) return [...diagnostics.list('error'), ...diagnostics.list('warning')];
  return { ...config, warnings: diagnostics.list('warning') };
}

function readConfig(root: TableReader): Omit<RuntimeConfig, 'warnings'> {
  // The shim gives all output of guests to the container's standard error, and nothing here has state of its own yet.
  root.string('log_dir');
  root.string('state_dir');
  const config = {
    maxInstanceMemory: root.count('max_instance_memory'),
    variableProviders: readVariableProviders(root),
    networking: readNetworking(root),
    summary: checkStores(root),
  };
  root.finish();
  return config;
}
