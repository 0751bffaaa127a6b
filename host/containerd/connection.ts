// Calls of containerd's API: gRPC over HTTP/2 without TLS on a unix socket. Every call has a connection of its own with one request on
// it, which keeps this small: Node's HTTP/2 takes 12 MB of memory, and every pod's shim would keep them.

import { connect, type Socket } from 'node:net';
import { concatenate } from '../bytes.ts';
import type { Fields, MethodType } from '../protobuf/message.ts';
import { Code, StatusError } from '../ttrpc/status.ts';
import { encodeGrpcMessage, readGrpcMessages, statusFromHeaders } from './grpc-message.ts';
import { decodeHeaders } from './hpack.ts';
import {
  contentOf,
  encodeFrame,
  encodeRequest,
  encodeWindowUpdate,
  FLAG,
  FRAME,
  type Frame,
  readFrames,
  STREAM_ID,
  WINDOW_BYTES,
} from './http2-frame.ts';

/** How long containerd may be silent within a call, in ms. */
const SILENCE_MS = 10_000;

type RequestOf<Method> = Method extends { request: { encode(message: Fields<infer Request>): Uint8Array } }
  ? Request
  : never;
type ResponseOf<Method> = Method extends { response: { decode(bytes: Uint8Array): infer Response } } ? Response : never;

/** Calls methods of containerd's services within one namespace. */
export class Connection implements Disposable {
  readonly #path: string;
  readonly #namespace: string;
  readonly #silenceMs: number;
  readonly #sockets = new Set<Socket>();

  /** Connects when it is first used. `address` is a unix socket's path. */
  constructor(address: string, namespace: string, silenceMs = SILENCE_MS) {
    this.#path = address.replace(/^unix:(\/\/)?/, '');
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
    const socket = connect(this.#path);
    this.#sockets.add(socket);
    socket.setTimeout(this.#silenceMs, () => {
      const message = `containerd does not answer ${name} within ${this.#silenceMs} ms`;
      socket.destroy(new StatusError(Code.DEADLINE_EXCEEDED, message));
    });
    try {
      const body = encodeGrpcMessage(method.request.encode(request as Fields<object>));
      socket.write(encodeRequest(this.#headersOf(name), body));
      const answer = new Answer(socket);
      for await (const message of readGrpcMessages(answer.read())) {
        yield method.response.decode(message) as ResponseOf<Method>;
      }
      if (answer.status !== 'ok') throw answer.status ?? unavailable(`${name} ended without a status`);
    } catch (error) {
      throw error instanceof StatusError ? error : unavailable((error as Error).message, error);
    } finally {
      socket.destroy();
      this.#sockets.delete(socket);
    }
  }

  #headersOf(name: string): Record<string, string> {
    return {
      ':method': 'POST',
      ':scheme': 'http',
      ':path': `/${name}`,
      ':authority': 'localhost',
      'content-type': 'application/grpc',
      te: 'trailers',
      'containerd-namespace': this.#namespace,
    };
  }

  /** Ends every call. */
  [Symbol.dispose](): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** The answer to the only request of a connection. */
class Answer {
  /** What the headers at its end say; null before them. */
  status: StatusError | 'ok' | null = null;
  readonly #socket: Socket;
  /** The pieces of headers that go on in the next frame. */
  #headers: Uint8Array[] = [];
  #isEnded = false;
  #received = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** The body, chunk by chunk, until the stream or the connection ends. Throws a `StatusError` when containerd gives up. */
  async *read(): AsyncGenerator<Uint8Array, void> {
    for await (const frame of readFrames(this.#socket)) {
      if (frame.type === FRAME.data) {
        this.#allow(frame.payload.length);
        yield contentOf(frame);
      }
      this.#take(frame);
      if (this.#isEnded && this.#headers.length === 0) return;
    }
  }

  #take(frame: Frame): void {
    const { type, flags, payload } = frame;
    const mayEnd = type === FRAME.data || type === FRAME.headers;
    if (type === FRAME.resetStream || (mayEnd && flags & FLAG.endStream)) this.#isEnded = true;
    if (type === FRAME.headers) this.#takeHeaders(contentOf(frame), flags);
    else if (type === FRAME.continuation) this.#takeHeaders(payload, flags);
    else if ((type === FRAME.settings || type === FRAME.ping) && !(flags & FLAG.ack)) {
      this.#socket.write(encodeFrame(type, FLAG.ack, 0, type === FRAME.ping ? payload : new Uint8Array()));
    } else if (type === FRAME.resetStream) this.status ??= unavailable('containerd ended the call');
  }

  #takeHeaders(block: Uint8Array, flags: number): void {
    this.#headers.push(block);
    if (!(flags & FLAG.endHeaders)) return;
    this.status ??= statusFromHeaders(decodeHeaders(concatenate(this.#headers)));
    this.#headers = [];
  }

  /** Lets containerd send more when it has used half of what it may. */
  #allow(bytes: number): void {
    this.#received += bytes;
    if (this.#received < WINDOW_BYTES / 2) return;
    for (const stream of [0, STREAM_ID]) this.#socket.write(encodeWindowUpdate(stream, this.#received));
    this.#received = 0;
  }
}

function unavailable(reason: string, cause?: unknown): StatusError {
  return new StatusError(Code.UNAVAILABLE, `cannot reach containerd: ${reason}`, { cause });
}
