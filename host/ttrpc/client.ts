// Calls ttrpc services on a connection that it is given. Any number of calls may be under way; answers may come in any order.
import { Request, Response } from '../gen/ttrpc.ts';
import type { ServiceType } from '../protobuf/message.ts';
import type { Connection } from './connection.ts';
import {
  encodeFrame,
  FrameDecoder,
  MAX_DATA_LENGTH,
  MessageType,
  oversizeMessage,
  type ReceivedFrame,
} from './frame.ts';
import { pairsFromMetadata } from './metadata.ts';
import type { Caller, CallOptions } from './service.ts';
import { Code, StatusError } from './status.ts';

type Pending = PromiseWithResolvers<Uint8Array>;

/** The client's end of one connection. */
export class Client {
  /** Resolves when the connection is over, however it ended. */
  readonly closed: Promise<void>;
  readonly #connection: Connection;
  /** By stream ID: added by `call`, removed by the answer, the deadline or the end of the connection. */
  readonly #pending = new Map<number, Pending>();
  #nextStreamId = 1;
  #isClosed = false;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.closed = this.#receive();
  }

  /** Gives an object with one function per method of a service. Each rejects with a `StatusError`. */
  caller<Service extends ServiceType>(service: Service): Caller<Service> {
    const functions = Object.entries(service.methods).map(([key, { name, request, response }]) => [
      key,
      async (message: object, options?: CallOptions) =>
        response.decode(await this.call(service.name, name, request.encode(message), options)),
    ]);
    return Object.fromEntries(functions) as Caller<Service>;
  }

  /**
   * Calls a method with an encoded request and gives the encoded response. Rejects with the server's status, with
   * DEADLINE_EXCEEDED after the time-out, or with UNAVAILABLE when the connection ends first.
   */
  async call(service: string, method: string, payload: Uint8Array, options: CallOptions = {}): Promise<Uint8Array> {
    if (this.#isClosed) throw closedError();
    const { timeoutMs = 0, metadata = new Map() } = options;
    const timeoutNano = BigInt(Math.round(timeoutMs * 1e6));
    const data = Request.encode({ service, method, payload, timeoutNano, metadata: pairsFromMetadata(metadata) });
    if (data.length > MAX_DATA_LENGTH) throw new StatusError(Code.RESOURCE_EXHAUSTED, oversizeMessage(data.length));
    const streamId = this.#nextStreamId;
    this.#nextStreamId += 2;
    const pending = Promise.withResolvers<Uint8Array>();
    this.#pending.set(streamId, pending);
    const timer =
      timeoutMs > 0 ? setTimeout(() => pending.reject(deadlineError(service, method)), timeoutMs) : undefined;
    this.#connection.write(encodeFrame({ streamId, type: MessageType.REQUEST, flags: 0, data }));
    try {
      return await pending.promise;
    } finally {
      clearTimeout(timer);
      this.#pending.delete(streamId);
    }
  }

  /** Closes the connection; calls under way fail with UNAVAILABLE. */
  close(): void {
    this.#isClosed = true;
    this.#connection.close();
  }

  async #receive(): Promise<void> {
    const decoder = new FrameDecoder();
    let cause: unknown;
    try {
      for await (const chunk of this.#connection.chunks) {
        for (const frame of decoder.decode(chunk)) this.#settle(frame);
      }
    } catch (error) {
      cause = error;
    }
    this.#isClosed = true;
    this.#connection.close();
    for (const pending of this.#pending.values()) pending.reject(closedError(cause));
  }

  #settle(frame: ReceivedFrame): void {
    const pending = this.#pending.get(frame.streamId);
    if (!pending || frame.type !== MessageType.RESPONSE) return;
    if ('oversizedLength' in frame) {
      pending.reject(new StatusError(Code.RESOURCE_EXHAUSTED, oversizeMessage(frame.oversizedLength)));
      return;
    }
    try {
      const { status, payload } = Response.decode(frame.data);
      if (status && status.code !== Code.OK) pending.reject(new StatusError(status.code as Code, status.message));
      else pending.resolve(payload);
    } catch (cause) {
      pending.reject(new StatusError(Code.INTERNAL, 'cannot decode the response', { cause }));
    }
  }
}

function closedError(cause?: unknown): StatusError {
  return new StatusError(Code.UNAVAILABLE, 'connection is closed', { cause });
}

function deadlineError(service: string, method: string): StatusError {
  return new StatusError(Code.DEADLINE_EXCEEDED, `/${service}/${method} did not answer in time`);
}
