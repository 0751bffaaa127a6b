// The outbound HTTP factor: requests of guests within their `allowed_outbound_hosts`.

import { parseAllowedHost } from '../../../guest-runtime/policy/allowed-host.ts';
import type { AllowedHost, HostRule } from '../../gen/runtime.ts';
import { httpTypes } from '../../wasi/http/types.ts';
import type { ComponentFactor, Factor } from '../factor.ts';
import type { VariableResolver } from '../variable.ts';
import { createBlock } from './blocked-networks.ts';
import { createHttpClient, type HttpClient } from './client.ts';
import { openClientTls } from './client-tls.ts';
import { createOutgoingHandler } from './handler.ts';
import { createSendRequest } from './send-request.ts';

/** The outbound HTTP factor. */
export const outboundHttp: Factor = {
  name: 'outbound-http',
  configure({ environment, variables, runtimeConfig, readConfigFile, loadHttps, entrance, warn }) {
    const { http, blocked, clientTls } = runtimeConfig.networking;
    const http2Authority = environment['SPIN_OUTBOUND_H2C_PRIOR_KNOWLEDGE'];
    const send = createHttpClient({ ...http, isBlocked: createBlock(blocked), http2Authority, loadHttps });
    const tlsOf = openClientTls(clientTls, readConfigFile);
    return {
      prepare(component): ComponentFactor {
        const rules = createRules(component.allowedOutboundHosts, variables);
        const findTls = tlsOf(component.id);
        const client: HttpClient = (request, response, scope) =>
          send(request, response, scope, findTls(request.hostname));
        return {
          shared: { 'wasi:http/types@0.2': httpTypes },
          create: (scope) => {
            const handle = createOutgoingHandler({ client, rules, entrance, warn }, scope);
            return {
              'wasi:http/outgoing-handler@0.2': { handle },
              'fermyon:spin/http': { sendRequest: createSendRequest(handle, scope, warn) },
            };
          },
        };
      },
    };
  },
};

/** Templates are filled in at every use, because a variable's value may change. */
function createRules(
  hosts: readonly AllowedHost[],
  resolver: VariableResolver,
): () => readonly HostRule[] | Promise<readonly HostRule[]> {
  const fixed = hosts.flatMap((host) => (host.tag === 'rule' ? [host.val] : []));
  const templates = hosts.flatMap((host) => (host.tag === 'template' ? [host.val] : []));
  if (templates.length === 0) return () => fixed;
  return async () => {
    const entries = await Promise.all(templates.map((template) => resolver.render(template)));
    return [...fixed, ...entries.flatMap(rulesFromEntry)];
  };
}

/** An entry that empty variables leave without a host is no rule at all. */
function rulesFromEntry(entry: string): HostRule[] {
  if (['', 'http://', 'https://'].includes(entry)) return [];
  const rule = parseAllowedHost(entry);
  if ('message' in rule) throw new Error(`invalid allowed_outbound_hosts entry: ${rule.message}`);
  return [rule];
}
