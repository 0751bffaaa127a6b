// wasi:sockets@0.2, all of it denied: sockets can be made, but none can be bound or connected and no name is looked up
// (https://github.com/WebAssembly/wasi-sockets/tree/main/wit). A guest reaches the network through wasi:http.

import { Pollable } from './io/poll.ts';
import { Waitable } from './waitable.ts';

/** `wasi:sockets/network.error-code`: the cases given here. */
type ErrorCode = 'access-denied' | 'invalid-state' | 'not-in-progress' | 'not-supported' | 'permanent-resolver-failure';

type AddressFamily = 'ipv4' | 'ipv6';

/** Ready at once: nothing is ever under way. */
class Nothing extends Waitable {
  isReady(): boolean {
    return true;
  }
}

function fail(code: ErrorCode): () => never {
  return () => {
    throw code;
  };
}

class Network {}

/** What TCP and UDP sockets have in common. */
class DeniedSocket {
  readonly #family: AddressFamily;

  constructor(family: AddressFamily) {
    this.#family = family;
  }

  startBind = fail('access-denied');
  finishBind = fail('not-in-progress');
  localAddress = fail('invalid-state');
  remoteAddress = fail('invalid-state');
  receiveBufferSize = fail('not-supported');
  setReceiveBufferSize = fail('not-supported');
  sendBufferSize = fail('not-supported');
  setSendBufferSize = fail('not-supported');

  addressFamily(): AddressFamily {
    return this.#family;
  }

  subscribe(): Pollable {
    return new Pollable(new Nothing());
  }
}

class TcpSocket extends DeniedSocket {
  startConnect = fail('access-denied');
  finishConnect = fail('not-in-progress');
  startListen = fail('invalid-state');
  finishListen = fail('not-in-progress');
  accept = fail('invalid-state');
  shutdown = fail('invalid-state');
  setListenBacklogSize = fail('not-supported');
  keepAliveEnabled = fail('not-supported');
  setKeepAliveEnabled = fail('not-supported');
  keepAliveIdleTime = fail('not-supported');
  setKeepAliveIdleTime = fail('not-supported');
  keepAliveInterval = fail('not-supported');
  setKeepAliveInterval = fail('not-supported');
  keepAliveCount = fail('not-supported');
  setKeepAliveCount = fail('not-supported');
  hopLimit = fail('not-supported');
  setHopLimit = fail('not-supported');

  isListening(): boolean {
    return false;
  }
}

class UdpSocket extends DeniedSocket {
  stream = fail('access-denied');
  unicastHopLimit = fail('not-supported');
  setUnicastHopLimit = fail('not-supported');
}

class IncomingDatagramStream {}
class OutgoingDatagramStream {}
class ResolveAddressStream {}

/** The interfaces of `wasi:sockets@0.2`. */
export const deniedSockets = {
  'wasi:sockets/instance-network@0.2': { instanceNetwork: () => new Network() },
  'wasi:sockets/network@0.2': { Network, networkErrorCode: () => undefined },
  'wasi:sockets/tcp-create-socket@0.2': { createTcpSocket: (family: AddressFamily) => new TcpSocket(family) },
  'wasi:sockets/tcp@0.2': { TcpSocket },
  'wasi:sockets/udp-create-socket@0.2': { createUdpSocket: (family: AddressFamily) => new UdpSocket(family) },
  'wasi:sockets/udp@0.2': { UdpSocket, IncomingDatagramStream, OutgoingDatagramStream },
  'wasi:sockets/ip-name-lookup@0.2': {
    ResolveAddressStream,
    resolveAddresses: fail('permanent-resolver-failure'),
  },
};
