// What the shim asks the remote process and what that answers. The process is nobody and has the network, but no other way to the
// machine; the shim itself hashes the bytes that it gets.

import type { MessageHead } from '../plan/message.ts';
import type { RemoteSource } from '../plan/remote-source.ts';

/** Which version of a package a range means, or the content of a source. `defaultRegistry` is for packages that name none. */
export type RemoteRequest = MessageHead & {
  readonly kind: 'version' | 'content';
  readonly source: RemoteSource;
  readonly defaultRegistry: string | undefined;
};

/** A version; or content in any number of `data`, then `done`. At any time instead: why there is none. */
export type RemoteAnswer =
  | (MessageHead & { readonly kind: 'version'; readonly version: string })
  | (MessageHead & { readonly kind: 'data' })
  | (MessageHead & { readonly kind: 'done' })
  | (MessageHead & { readonly kind: 'failed'; readonly message: string });
