// How connections are made: with which addresses of a name, and over TLS with which certificates. node:http and node:https are loaded
// for the first request of their kind.

import type { AgentOptions, Agent as SecureAgent } from 'node:https';
import type { LookupFunction, Socket } from 'node:net';
import { getBuiltinModule } from 'node:process';
import type { TLSSocket } from 'node:tls';
import type { LoadHttps } from '../https.ts';
import type { ClientTls } from './client-tls.ts';
import { BlockedAddress } from './error-code.ts';
import { Http1Transport } from './http1-transport.ts';
import type { Connector } from './negotiated-transport.ts';
import type { OutboundRequest } from './outbound-request.ts';

/** What a server of either protocol is offered (https://www.rfc-editor.org/rfc/rfc7301#section-6), and what one of HTTP/1.1 is. */
const BOTH = ['h2', 'http/1.1'];
const HTTP1 = ['http/1.1'];

/** Keeps a connection from being dropped on the way, as the agents do. */
const KEPT = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 1000 };

/** An agent's own way to connect; `readySocket` is one that is connected already. */
type Connect = (options: ConnectOptions) => Socket;
type ConnectOptions = Pick<AgentOptions, 'host' | 'port' | 'ALPNProtocols'> & {
  readySocket?: Socket;
  _agentKey?: string;
};

/** Creates what sends over HTTP/1.1 without TLS. node:http takes 7 MB that an app without outbound requests does not pay. */
export function createPlainTransport(hasPooling: boolean, lookup: LookupFunction | undefined): Http1Transport {
  const { Agent, request } = getBuiltinModule('node:http');
  const createAgent = (keepAlive: boolean) => new Agent({ keepAlive });
  return new Http1Transport({ createAgent, request, lookup, readyEvent: 'connect' }, hasPooling);
}

/** Creates what connects without TLS to a server that is known to speak HTTP/2. */
export function createPlainConnector(lookup: LookupFunction | undefined): Connector {
  return {
    connect: ({ hostname, port }) =>
      getBuiltinModule('node:net').connect({ ...KEPT, host: hostname, port, ...(lookup && { lookup }) }),
    readyEvent: 'connect',
    http1: null,
    speaksHttp2: () => true,
  };
}

/** Creates what connects over TLS. `tls` is what is different from other connections. */
export function createSecureConnector(
  { Agent, request }: ReturnType<LoadHttps>,
  hasPooling: boolean,
  lookup: LookupFunction | undefined,
  tls: ClientTls | undefined,
): Connector {
  const own = tls && optionsOf(tls);
  const http1 = new SecureHttp1(
    { createAgent: (keepAlive) => new Agent({ keepAlive, ...own }), request, lookup, readyEvent: 'secureConnect' },
    hasPooling,
  );
  return {
    connect: (outbound) => http1.connectForAny(outbound, lookup),
    readyEvent: 'secureConnect',
    http1,
    speaksHttp2: (socket) => (socket as TLSSocket).alpnProtocol === 'h2',
  };
}

/** HTTP/1.1 over TLS, that knows which servers it has connections to. */
class SecureHttp1 extends Http1Transport {
  readonly #connections = new Map<string, number>();
  readonly #connect: Connect;

  constructor(...parts: ConstructorParameters<typeof Http1Transport>) {
    super(...parts);
    const agent = this.agent as unknown as { createConnection: Connect };
    this.#connect = agent.createConnection.bind(agent);
    agent.createConnection = (options) => {
      const socket = options.readySocket ?? this.#connect({ ...options, ALPNProtocols: HTTP1 });
      this.#count(originOf(options), socket);
      return socket;
    };
  }

  /** Whether the server has chosen HTTP/1.1 on a connection that is still there. */
  hasConnection({ hostname, port }: OutboundRequest): boolean {
    return this.#connections.has(originOf({ host: hostname, port }));
  }

  /** Begins to connect to a server that may choose. */
  connectForAny({ hostname, port }: OutboundRequest, lookup: LookupFunction | undefined): Socket {
    const { isIP } = getBuiltinModule('node:net');
    const agent = this.agent as SecureAgent;
    const target = { host: hostname, port, servername: isIP(hostname) ? '' : hostname, ...(lookup && { lookup }) };
    const options = { ...KEPT, ...target, ...agent.options, ALPNProtocols: BOTH };
    return this.#connect({ ...options, _agentKey: agent.getName(options) });
  }

  #count(origin: string, socket: Socket): void {
    this.#connections.set(origin, (this.#connections.get(origin) ?? 0) + 1);
    socket.once('close', () => {
      const left = (this.#connections.get(origin) ?? 1) - 1;
      if (left === 0) this.#connections.delete(origin);
      else this.#connections.set(origin, left);
    });
  }
}

function optionsOf({ ca, cert, key, hasDefaultRoots }: ClientTls): AgentOptions {
  const roots = hasDefaultRoots ? getBuiltinModule('node:tls').getCACertificates('default') : [];
  return { ...(ca && { ca: [...roots, ...ca] }), ...(cert && { cert }), ...(key && { key }) };
}

function originOf({ host, port }: Pick<AgentOptions, 'host' | 'port'>): string {
  return `${host}:${port}`;
}

/** Creates a name lookup that leaves blocked addresses out, and fails where nothing else is left. */
export function createLookup(isBlocked: (address: string) => boolean): LookupFunction {
  const { lookup } = getBuiltinModule('node:dns');
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      const [first, ...others] = error ? [] : addresses.filter(({ address }) => !isBlocked(address));
      if (first && options.all) callback(null, [first, ...others]);
      else if (first) callback(null, first.address, first.family);
      else callback(error ?? new BlockedAddress(), '', 4);
    });
  };
}
