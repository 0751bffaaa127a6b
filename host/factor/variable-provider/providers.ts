// From a pod's configuration to the providers of variables, in the order in which they are asked: as configured, then always the
// environment.

import type { Variable } from '../../gen/runtime.ts';
import type { LoadHttps } from '../https.ts';
import type { VariableProviderConfig } from '../runtime-config/variable-providers.ts';
import {
  checkRequiredVariables,
  createVariableResolver,
  type VariableProvider,
  type VariableResolver,
} from '../variable.ts';
import { createEnvironmentProvider, withBareNames } from './environment.ts';

/** What providers are made of. */
export type ProviderOptions = {
  readonly configs: readonly VariableProviderConfig[];
  readonly environment: Readonly<Record<string, string>>;
  readonly variables: readonly Variable[];
  readonly loadHttps: LoadHttps;
  /** Reads a file of environment variables, its path relative to the app's root; one that is not there has none. */
  readonly readEnvironmentFile: (path: string) => Readonly<Record<string, string>>;
};

/** The file that completes the environment where no other is named. */
const DEFAULT_FILE = '.env';

/** Opens the variables of an app. Throws an `Error` that names every required one that no provider can know. */
export async function openVariables(options: ProviderOptions): Promise<VariableResolver> {
  const providers = await createProviders(options);
  await checkRequiredVariables(options.variables, providers);
  return createVariableResolver(options.variables, providers);
}

/** Creates the providers. What only some need is loaded for them alone. */
async function createProviders(options: ProviderOptions): Promise<VariableProvider[]> {
  const environment = withBareNames(options.environment, options.variables);
  const configured = options.configs.map((config) => createProvider(config, { ...options, environment }));
  const readMore = () => options.readEnvironmentFile(DEFAULT_FILE);
  return [...(await Promise.all(configured)), createEnvironmentProvider({ environment, readMore })];
}

async function createProvider(
  config: VariableProviderConfig,
  { environment, readEnvironmentFile, loadHttps }: ProviderOptions,
): Promise<VariableProvider> {
  switch (config.type) {
    case 'static':
      return { get: (name) => config.values.get(name) };
    case 'env': {
      const { prefix, dotenvPath } = config;
      const readMore = () => (dotenvPath === undefined ? {} : readEnvironmentFile(dotenvPath));
      return createEnvironmentProvider({ environment, prefix, readMore });
    }
    case 'vault': {
      const [{ createVaultProvider }, { createSendJson }] = await Promise.all([
        import('./vault.ts'),
        import('./json-request.ts'),
      ]);
      return createVaultProvider(config, createSendJson(loadHttps));
    }
    case 'azure_key_vault': {
      const [{ createAzureKeyVaultProvider }, { createSendJson, readText }] = await Promise.all([
        import('./azure-key-vault.ts'),
        import('./json-request.ts'),
      ]);
      return createAzureKeyVaultProvider(config, {
        environment,
        send: createSendJson(loadHttps),
        readText,
        now: Date.now,
      });
    }
  }
}
