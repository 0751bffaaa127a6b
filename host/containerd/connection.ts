// A connection to containerd's API: gRPC over HTTP/2 without TLS on a unix socket. Only transient processes have one, because Node's
// HTTP/2 takes memory that a shim keeps.

import { type ClientHttp2Session, connect, constants } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import type { Fields, MethodType } from '../protobuf/message.ts';
import { Code, StatusError } from '../ttrpc/status.ts';
import { encodeGrpcMessage, readGrpcMessages, statusFromHeaders } from './grpc-message.ts';

/** How long containerd may be silent within a call, in ms. */
const SILENCE_MS = 10_000;

type RequestOf<Method> = Method extends { request: { encode(message: Fields<infer Request>): Uint8Array } }
  ? Request
  : never;
type ResponseOf<Method> = Method extends { response: { decode(bytes: Uint8Array): infer Response } } ? Response : never;

/** Calls methods of containerd's services within one namespace. */
export class Connection implements Disposable {
  readonly #session: ClientHttp2Session;
  readonly #namespace: string;
  readonly #silenceMs: number;
  #failure: Error | undefined;

  /** Connects when it is first used. `address` is a unix socket's path. */
  constructor(address: string, namespace: string, silenceMs = SILENCE_MS) {
    const path = address.replace(/^unix:(\/\/)?/, '');
    this.#session = connect('http://localhost', { createConnection: () => connectSocket(path) });
    this.#session.on('error', (error) => {
      this.#failure = error;
    });
    this.#namespace = namespace;
    this.#silenceMs = silenceMs;
  }

  /** Calls a method that answers with one message. Rejects with a `StatusError`. */
  async call<Method extends MethodType>(
    service: { readonly name: string },
    method: Method,
    request: Fields<RequestOf<Method>>,
  ): Promise<ResponseOf<Method>> {
    for await (const response of this.stream(service, method, request)) return response;
    throw new StatusError(Code.UNAVAILABLE, `${service.name}/${method.name} gave no answer`);
  }

  /** Calls a method that answers with any number of messages. Rejects with a `StatusError`. */
  async *stream<Method extends MethodType>(
    service: { readonly name: string },
    method: Method,
    request: Fields<RequestOf<Method>>,
  ): AsyncGenerator<ResponseOf<Method>, void> {
    const name = `${service.name}/${method.name}`;
    const stream = this.#session.request({
      ':method': 'POST',
      ':path': `/${name}`,
      'content-type': 'application/grpc',
      te: 'trailers',
      'containerd-namespace': this.#namespace,
    });
    let status: StatusError | 'ok' | null = null;
    const takeStatus = (headers: Readonly<Record<string, unknown>>) => {
      status ??= statusFromHeaders(headers);
    };
    stream.on('response', takeStatus).on('trailers', takeStatus);
    stream.setTimeout(this.#silenceMs, () => {
      const message = `containerd does not answer ${name} within ${this.#silenceMs} ms`;
      stream.destroy(new StatusError(Code.DEADLINE_EXCEEDED, message));
    });
    stream.end(encodeGrpcMessage(method.request.encode(request as Fields<object>)));
    try {
      for await (const message of readGrpcMessages(stream)) yield method.response.decode(message) as ResponseOf<Method>;
    } catch (error) {
      throw error instanceof StatusError ? error : unavailable(this.#failure ?? (error as Error));
    } finally {
      stream.close(constants.NGHTTP2_CANCEL);
    }
    if (status !== 'ok') throw status ?? new StatusError(Code.UNAVAILABLE, `${name} ended without a status`);
  }

  /** Ends the connection and every call. */
  [Symbol.dispose](): void {
    this.#session.destroy();
  }
}

function unavailable(cause: Error): StatusError {
  return new StatusError(Code.UNAVAILABLE, `cannot reach containerd: ${cause.message}`, { cause });
}
