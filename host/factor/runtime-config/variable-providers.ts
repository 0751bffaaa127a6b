// Reads `[[variables_provider]]`, of old `[[config_provider]]`: where values of variables come from
// (https://spinframework.dev/dynamic-configuration#application-variables-runtime-configuration).

import type { TableReader } from '../../../guest-runtime/manifest/reader.ts';
import { type Kinds, readKind, requireText, requireUrl } from './kind.ts';

/** A provider as it is configured. */
export type VariableProviderConfig =
  | { readonly type: 'static'; readonly values: ReadonlyMap<string, string> }
  | EnvironmentConfig
  | VaultConfig
  | AzureKeyVaultConfig;

/** Environment variables `<prefix>_<NAME>`. */
export type EnvironmentConfig = {
  readonly type: 'env';
  readonly prefix: string | undefined;
  /** A file of more variables, for those that the environment does not have. */
  readonly dotenvPath: string | undefined;
};

/** Secrets `<prefix>/<name>` of a KV engine of version 2. */
export type VaultConfig = {
  readonly type: 'vault';
  readonly url: string;
  readonly token: string;
  readonly mount: string;
  readonly prefix: string | undefined;
};

/** Secrets of an Azure key vault. */
export type AzureKeyVaultConfig = {
  readonly type: 'azure_key_vault';
  readonly vaultUrl: string;
  /** Undefined: what the surroundings offer. */
  readonly credential: AzureClientSecret | undefined;
};

/** A service principal. */
export type AzureClientSecret = {
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The URL of the identity provider, with a trailing slash. */
  readonly authorityHost: string;
};

/** Identity providers of Azure's clouds (https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud). */
export const AUTHORITY_HOSTS: Readonly<Record<string, string>> = {
  AzurePublicCloud: 'https://login.microsoftonline.com/',
  AzureChina: 'https://login.chinacloudapi.cn/',
  AzureGermany: 'https://login.microsoftonline.de/',
  AzureGovernment: 'https://login.microsoftonline.us/',
};

const kinds: Kinds<VariableProviderConfig> = {
  static: (table) => ({
    type: 'static',
    values: new Map([...table.stringMap('values')].map(([name, { value }]) => [name, value.value])),
  }),
  env: (table) => ({
    type: 'env',
    prefix: table.string('prefix')?.value,
    dotenvPath: table.string('dotenv_path')?.value,
  }),
  vault: readVault,
  open_bao: readVault,
  azure_key_vault: (table) => ({
    type: 'azure_key_vault',
    vaultUrl: requireUrl(table, 'vault_url'),
    credential: readCredential(table),
  }),
};

/** Reads all providers. */
export function readVariableProviders(root: TableReader): VariableProviderConfig[] {
  const names = ['variables_provider', 'config_provider'];
  const [, second] = names.filter((name) => root.has(name));
  if (second !== undefined) {
    const fix = 'put all providers under `[[variables_provider]]`';
    root.diagnostics.error(root.place(second), '`variables_provider` is there too', fix);
  }
  return names
    .flatMap((name) => [...root.items(name)])
    .flatMap((item) => {
      const table = root.open(item);
      return (table && readKind(table, 'variables provider', kinds)) ?? [];
    });
}

function readVault(table: TableReader): VaultConfig {
  return {
    type: 'vault',
    url: requireUrl(table, 'url'),
    token: requireText(table, 'token'),
    mount: requireText(table, 'mount'),
    prefix: table.string('prefix')?.value,
  };
}

function readCredential(table: TableReader): AzureClientSecret | undefined {
  const names = ['client_id', 'client_secret', 'tenant_id'] as const;
  const [clientId, clientSecret, tenantId] = names.map((name) => table.string(name)?.value);
  const host = table.string('authority_host');
  const name = host?.value ?? 'AzurePublicCloud';
  const authorityHost = Object.hasOwn(AUTHORITY_HOSTS, name) ? AUTHORITY_HOSTS[name] : undefined;
  if (host && authorityHost === undefined) {
    const known = Object.keys(AUTHORITY_HOSTS).join(', ');
    table.diagnostics.error(host, `unknown authority host ${JSON.stringify(host.value)}`, `use one of: ${known}`);
  }
  const missing = names.filter((name) => !table.has(name));
  if (missing.length === names.length) return undefined;
  if (missing.length > 0) {
    const message = `a service principal needs all of its parts: ${missing.map((name) => `\`${name}\``).join(', ')} missing`;
    table.diagnostics.error(table.table, message, 'add them, or remove the others to use what the surroundings offer');
  }
  if (clientId === undefined || clientSecret === undefined || tenantId === undefined) return undefined;
  return { tenantId, clientId, clientSecret, authorityHost: authorityHost ?? '' };
}
