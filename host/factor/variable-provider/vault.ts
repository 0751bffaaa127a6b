// Values of variables out of HashiCorp Vault or OpenBao: the field `value` of a secret of a KV engine, version 2
// (https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2#read-secret-version).

import type { VaultConfig } from '../runtime-config/variable-providers.ts';
import type { VariableProvider } from '../variable.ts';
import type { SendJson } from './json-request.ts';

/** Creates the provider. A secret that is not there is for the next provider; any other failure is told. */
export function createVaultProvider({ url, token, mount, prefix }: VaultConfig, send: SendJson): VariableProvider {
  return {
    isRemote: true,
    async get(name) {
      const path = [mount, 'data', ...(prefix === undefined ? [] : [prefix]), name].map(escapePath).join('/');
      const { status, body } = await send({ url: `${url}/v1/${path}`, headers: { 'x-vault-token': token } });
      if (status === 404) return undefined;
      if (status !== 200) throw new Error(`Vault answers ${status} for ${JSON.stringify(path)}${reasonIn(body)}`);
      const value = (body as Secret | undefined)?.data?.data?.['value'];
      if (typeof value === 'string') return value;
      throw new Error(`Vault's secret ${JSON.stringify(path)} has no text field \`value\``);
    },
  };
}

type Secret = { readonly data?: { readonly data?: Readonly<Record<string, unknown>> | null } };

/** Keeps the slashes, which mounts and prefixes may have. */
function escapePath(path: string): string {
  return path
    .replace(/^\/+|\/+$/g, '')
    .split('/')
    .map(encodeURIComponent)
    .join('/');
}

function reasonIn(body: unknown): string {
  const errors = (body as { readonly errors?: unknown } | undefined)?.errors;
  return Array.isArray(errors) && errors.length > 0 ? `: ${errors.join(', ')}` : '';
}
