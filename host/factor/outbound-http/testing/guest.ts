// What a guest does with outbound HTTP, and what it is told.

import https from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { IncomingBody, type OutgoingBody } from '../../../wasi/http/body.ts';
import { Fields } from '../../../wasi/http/fields.ts';
import type { Method } from '../../../wasi/http/method.ts';
import { OutgoingRequest, type RequestOptions } from '../../../wasi/http/request.ts';
import type { FutureIncomingResponse, IncomingResponse } from '../../../wasi/http/response.ts';
import { InstanceScope } from '../../../wasi/instance-scope.ts';
import { type IoError, STREAM_CLOSED } from '../../../wasi/io/error.ts';
import type { InputStream } from '../../../wasi/io/input-stream.ts';
import type { OutputStream } from '../../../wasi/io/output-stream.ts';
import { createHttpClient, type HttpClientOptions } from '../client.ts';
import type { ClientTls } from '../client-tls.ts';
import { createOutgoingHandler } from '../handler.ts';
import { cert } from './certificate.ts';

/** Trusts the servers of tests, and no others. */
export const trusting: ClientTls = { ca: [cert], cert: undefined, key: undefined, hasDefaultRoots: false };

/** A request under way, as its guest has it. */
export type Outgoing = { body: OutgoingBody; stream: OutputStream; future: FutureIncomingResponse };

type Parts = { method?: string; path?: string; headers?: [string, string][]; options?: RequestOptions };

/** A guest that may reach everything. */
export class Guest implements Disposable {
  readonly scope = new InstanceScope();
  readonly #handle: ReturnType<typeof createOutgoingHandler>;

  constructor(options: Partial<HttpClientOptions> = {}, tls: ClientTls = trusting) {
    const some = { hasPooling: true, maxRequests: undefined, isBlocked: null, loadHttps: () => https };
    const client = createHttpClient({ ...some, ...options });
    this.#handle = createOutgoingHandler(
      {
        client: (request, response, scope) => client(request, response, scope, tls),
        rules: () => [{ host: { tag: 'any' }, port: { tag: 'any' } }],
        entrance: () => undefined,
        warn: () => {},
      },
      this.scope,
    );
  }

  /** Begins a request whose body is not complete. */
  begin(origin: string, { method = 'POST', path = '/', headers = [], options }: Parts = {}): Outgoing {
    const url = new URL(origin);
    const request = new OutgoingRequest(Fields.fromList(headers.map(([name, value]) => [name, bytesOf(value)])));
    request.setScheme({ tag: url.protocol === 'https:' ? 'HTTPS' : 'HTTP' });
    request.setAuthority(url.host);
    request.setPathWithQuery(path);
    request.setMethod({ tag: method.toLowerCase() } as Method);
    const body = request.body();
    const future = this.#handle(request, options);
    return { body, stream: body.write(), future };
  }

  /** Sends a request without a body. */
  get(origin: string, { path = '/', headers = [], options }: Parts = {}): FutureIncomingResponse {
    const url = new URL(origin);
    const request = new OutgoingRequest(Fields.fromList(headers.map(([name, value]) => [name, bytesOf(value)])));
    request.setScheme({ tag: url.protocol === 'https:' ? 'HTTPS' : 'HTTP' });
    request.setAuthority(url.host);
    request.setPathWithQuery(path);
    return this.#handle(request, options);
  }

  [Symbol.dispose](): void {
    this.scope.release();
  }
}

/** Waits for the response. Throws the error's tag. */
export async function responseOf(future: FutureIncomingResponse): Promise<IncomingResponse> {
  await future.subscribe().block();
  const result = future.get();
  if (result?.tag !== 'ok') throw new Error('the result was taken before');
  if (result.val.tag === 'err') throw new Error(result.val.val.tag);
  return result.val.val;
}

/** Waits for the tag of what failed a request. */
export async function errorOf(future: FutureIncomingResponse): Promise<string> {
  return responseOf(future).then(
    (response) => `status ${response.status()}`,
    (error: Error) => error.message,
  );
}

/** Waits for the whole response: its body, as far as it came, its trailers, and what failed it. */
export async function readWhole(future: FutureIncomingResponse) {
  const response = await responseOf(future);
  const body = response.consume();
  const { text, error } = await readText(body.stream());
  const end = IncomingBody.finish(body);
  await end.subscribe().block();
  const result = end.get();
  if (result?.tag !== 'ok') throw new Error('the trailers were taken before');
  const trailers = result.val.tag === 'ok' ? result.val.val?.raw() : undefined;
  return { status: response.status(), headers: response.headers().raw(), text, error, trailers };
}

/** Reads a stream to its end. */
async function readText(stream: InputStream): Promise<{ text: string; error: string | undefined }> {
  const chunks: Uint8Array[] = [];
  for (;;) {
    try {
      chunks.push(await stream.blockingRead(1n << 20n));
    } catch (thrown) {
      const text = Buffer.concat(chunks).toString('latin1');
      if (thrown === STREAM_CLOSED) return { text, error: undefined };
      return { text, error: (thrown as { val: IoError }).val.detail.http?.tag };
    }
  }
}

/** Returns the bytes of a text of single-byte characters. */
export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Lets a server listen on this machine. Returns its authority. */
export async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
