// Tokens of Microsoft Entra ID: of a service principal, or of what a container's surroundings offer, in the order of Azure's own
// libraries (https://learn.microsoft.com/dotnet/azure/sdk/authentication/credential-chains#defaultazurecredential-overview): the
// environment, a workload identity, a managed identity.

import { AUTHORITY_HOSTS, type AzureClientSecret } from '../runtime-config/variable-providers.ts';
import type { JsonRequest, SendJson } from './json-request.ts';

/** What a credential needs. */
export type AzureCredentialOptions = {
  /** The service principal, where the configuration names one. */
  readonly secret: AzureClientSecret | undefined;
  /** What the token is for, such as `https://vault.azure.net`. */
  readonly resource: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly send: SendJson;
  readonly readText: (path: string) => Promise<string>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};

/** A token is renewed this long before it ends, in milliseconds. */
const MARGIN_MS = 120_000;

/** Where a virtual machine or node asks for its identity's tokens. */
const METADATA_SERVICE = 'http://169.254.169.254/metadata/identity/oauth2/token';

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** Creates what gives a token that is good for a while. Rejects with an `Error` when none can be had. */
export function createAzureCredential(options: AzureCredentialOptions): () => Promise<string> {
  let current: { readonly token: string; readonly endMs: number } | undefined;
  return async () => {
    if (current && options.now() < current.endMs - MARGIN_MS) return current.token;
    const { status, body } = await options.send(await requestFor(options));
    const answer = (body ?? {}) as { access_token?: unknown; expires_in?: unknown; error_description?: unknown };
    if (status !== 200 || typeof answer.access_token !== 'string') {
      const reason = typeof answer.error_description === 'string' ? `: ${answer.error_description}` : '';
      throw new Error(`Azure answers ${status} instead of giving a token${reason}`);
    }
    // A managed identity's answer has the seconds as text.
    current = { token: answer.access_token, endMs: options.now() + Number(answer.expires_in ?? 0) * 1000 };
    return current.token;
  };
}

async function requestFor({ secret, resource, environment, readText }: AzureCredentialOptions): Promise<JsonRequest> {
  if (secret) return requestToken(secret, resource, { client_secret: secret.clientSecret });
  const {
    AZURE_TENANT_ID: tenantId,
    AZURE_CLIENT_ID: clientId,
    AZURE_CLIENT_SECRET: clientSecret,
    AZURE_FEDERATED_TOKEN_FILE: tokenFile,
    AZURE_AUTHORITY_HOST: authorityHost = AUTHORITY_HOSTS['AzurePublicCloud'] ?? '',
  } = environment;
  if (tenantId && clientId && clientSecret) {
    return requestToken({ tenantId, clientId, authorityHost }, resource, { client_secret: clientSecret });
  }
  if (tenantId && clientId && tokenFile) {
    const assertion = { client_assertion_type: ASSERTION_TYPE, client_assertion: (await readText(tokenFile)).trim() };
    return requestToken({ tenantId, clientId, authorityHost }, resource, assertion);
  }
  const identity = clientId ? { client_id: clientId } : {};
  const query = new URLSearchParams({ 'api-version': '2018-02-01', resource, ...identity });
  return { url: `${METADATA_SERVICE}?${query}`, headers: { metadata: 'true' } };
}

function requestToken(
  { tenantId, clientId, authorityHost }: Omit<AzureClientSecret, 'clientSecret'>,
  resource: string,
  proof: Readonly<Record<string, string>>,
): JsonRequest {
  return {
    url: `${authorityHost.replace(/\/$/, '')}/${encodeURIComponent(tenantId)}/oauth2/v2.0/token`,
    form: { grant_type: 'client_credentials', client_id: clientId, scope: `${resource}/.default`, ...proof },
  };
}
