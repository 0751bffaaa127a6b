// Values of variables out of an Azure key vault (https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret). A secret has
// the name of its variable.

import type { AzureKeyVaultConfig } from '../runtime-config/variable-providers.ts';
import type { VariableProvider } from '../variable.ts';
import { type AzureCredentialOptions, createAzureCredential } from './azure-credential.ts';

const API_VERSION = '7.4';

/** Creates the provider. As in the original, every failure is told, that of a secret which is not there too. */
export function createAzureKeyVaultProvider(
  { vaultUrl, credential }: AzureKeyVaultConfig,
  options: Omit<AzureCredentialOptions, 'secret' | 'resource'>,
): VariableProvider {
  const getToken = createAzureCredential({ ...options, secret: credential, resource: resourceOf(vaultUrl) });
  return {
    isRemote: true,
    async get(name) {
      const token = await getToken();
      const url = `${vaultUrl}/secrets/${encodeURIComponent(name)}?api-version=${API_VERSION}`;
      const { status, body } = await options.send({ url, headers: { authorization: `Bearer ${token}` } });
      const { value, error } = (body ?? {}) as { value?: unknown; error?: { message?: unknown } };
      if (status === 200 && typeof value === 'string') return value;
      const reason = typeof error?.message === 'string' ? `: ${error.message}` : '';
      throw new Error(`Azure Key Vault answers ${status} for ${JSON.stringify(name)}${reason}`);
    },
  };
}

/** What a token is asked for: the cloud's key vaults, whose domain is the vault's without its first label. */
export function resourceOf(vaultUrl: string): string {
  return `https://${new URL(vaultUrl).hostname.replace(/^[^.]+\./, '')}`;
}
