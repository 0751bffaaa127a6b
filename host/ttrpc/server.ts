// Serves ttrpc calls on connections that it is given: finds the method, decodes the request, answers with the response or a status.
// Calls of a connection run concurrently. Unary calls only, as containerd's Task service has no others; streams are refused.
import { Request, Response } from '../gen/ttrpc.ts';
import type { ServiceType } from '../protobuf/message.ts';
import type { Connection } from './connection.ts';
import {
  encodeFrame,
  Flag,
  FrameDecoder,
  MAX_DATA_LENGTH,
  MessageType,
  oversizeMessage,
  type ReceivedFrame,
} from './frame.ts';
import { metadataFromPairs } from './metadata.ts';
import type { Call, Handlers } from './service.ts';
import { Code, type Status, StatusError, statusFromError } from './status.ts';

/** Calls a method with an encoded request and gives the encoded response. */
type Method = (payload: Uint8Array, call: Call) => Promise<Uint8Array>;

// setTimeout takes no more than a signed 32-bit number of milliseconds; a call that may take 24 days may as well take for ever.
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** A set of services, served on any number of connections. */
export class Server {
  readonly #services = new Map<string, Map<string, Method>>();
  readonly #onAnswer: () => void;

  /** `onAnswer` is called after every call that was answered or refused. */
  constructor(onAnswer: () => void = () => undefined) {
    this.#onAnswer = onAnswer;
  }

  /** Adds a service. */
  register<Service extends ServiceType>(service: Service, handlers: Handlers<NoInfer<Service>>): void {
    const methods = new Map<string, Method>();
    const functions = handlers as unknown as Record<string, (request: object, call: Call) => Promise<object>>;
    for (const [key, { name, request, response }] of Object.entries(service.methods)) {
      const handler = functions[key]?.bind(handlers);
      if (!handler) continue;
      methods.set(name, async (payload, call) => {
        const decoded = decodeOrRefuse(() => request.decode(payload), name);
        return response.encode(await handler(decoded, call));
      });
    }
    this.#services.set(service.name, methods);
  }

  /** Serves one connection until its peer closes it. Calls that still run then go on, with their signal aborted. */
  async serve(connection: Connection): Promise<void> {
    const closing = new AbortController();
    const decoder = new FrameDecoder();
    const streams = new StreamIds();
    try {
      for await (const chunk of connection.chunks) {
        for (const frame of decoder.decode(chunk)) this.#receive(connection, streams, closing.signal, frame);
      }
    } catch {
      // The peer is gone without having said so; there is nobody to tell.
    } finally {
      closing.abort();
      connection.close();
    }
  }

  #receive(connection: Connection, streams: StreamIds, closed: AbortSignal, frame: ReceivedFrame): void {
    if (frame.type !== MessageType.REQUEST && frame.type !== MessageType.DATA) return;
    void this.#answer(streams, closed, frame).then((answer) => {
      connection.write(encodeResponse(frame.streamId, answer));
      this.#onAnswer();
    });
  }

  async #answer(streams: StreamIds, closed: AbortSignal, frame: ReceivedFrame): Promise<Answer> {
    try {
      streams.open(frame);
      if ('oversizedLength' in frame) throw oversized(frame.oversizedLength);
      const request = decodeOrRefuse(() => Request.decode(frame.data), 'ttrpc');
      const method = this.#services.get(request.service)?.get(request.method);
      const path = `/${request.service}/${request.method}`;
      if (!method) throw new StatusError(Code.UNIMPLEMENTED, `${path} is not implemented`);
      if (frame.flags & (Flag.REMOTE_CLOSED | Flag.REMOTE_OPEN)) {
        throw new StatusError(Code.UNIMPLEMENTED, `${path} is not a stream`);
      }
      const metadata = metadataFromPairs(request.metadata);
      const run = (signal: AbortSignal): Promise<Uint8Array> => method(request.payload, { signal, metadata });
      return { payload: await withDeadline(request.timeoutNano, closed, run) };
    } catch (error) {
      return { status: statusFromError(error) };
    }
  }
}

/** Which streams a peer may still open. The stream of a unary call is over for the peer as soon as it is open. */
class StreamIds {
  #last = 0;

  /** Counts the stream that a frame opens. Throws INVALID_ARGUMENT when the frame cannot open one. */
  open({ streamId, type }: ReceivedFrame): void {
    if (streamId % 2 !== 1) throw invalid('StreamID must be odd for client initiated streams');
    if (type === MessageType.DATA) throw invalid('StreamID is no longer active');
    if (streamId <= this.#last) throw invalid('StreamID cannot be re-used and must increment');
    this.#last = streamId;
  }
}

type Answer = { readonly status: Status } | { readonly payload: Uint8Array };

function encodeResponse(streamId: number, answer: Answer): Uint8Array {
  const data = Response.encode(answer);
  if (data.length > MAX_DATA_LENGTH)
    return encodeResponse(streamId, { status: statusFromError(oversized(data.length)) });
  return encodeFrame({ streamId, type: MessageType.RESPONSE, flags: 0, data });
}

function invalid(message: string): StatusError {
  return new StatusError(Code.INVALID_ARGUMENT, message);
}

function oversized(length: number): StatusError {
  return new StatusError(Code.RESOURCE_EXHAUSTED, oversizeMessage(length));
}

function decodeOrRefuse<T>(decode: () => T, name: string): T {
  try {
    return decode();
  } catch (cause) {
    throw new StatusError(Code.INVALID_ARGUMENT, `cannot decode the request of ${name}`, { cause });
  }
}

async function withDeadline<T>(
  timeoutNano: bigint,
  closed: AbortSignal,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const timeoutMs = Number(timeoutNano) / 1e6;
  if (timeoutMs <= 0 || timeoutMs > MAX_TIMEOUT_MS) return run(closed);
  const deadline = new AbortController();
  const expired = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const error = new StatusError(Code.DEADLINE_EXCEEDED, 'context deadline exceeded');
    deadline.abort(error);
    expired.reject(error);
  }, timeoutMs);
  try {
    return await Promise.race([run(AbortSignal.any([closed, deadline.signal])), expired.promise]);
  } finally {
    clearTimeout(timer);
  }
}
