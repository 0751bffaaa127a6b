// Who is on the other end of a connection, as guests are told.

import type { Socket } from 'node:net';

/** Returns `ip:port` of a socket's peer. */
export function addressOf({ remoteAddress, remotePort }: Socket): string {
  if (remoteAddress === undefined) return '0.0.0.0:0';
  return remoteAddress.includes(':') ? `[${remoteAddress}]:${remotePort}` : `${remoteAddress}:${remotePort}`;
}
