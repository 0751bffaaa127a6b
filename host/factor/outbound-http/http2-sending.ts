// One request over HTTP/2 and the response to it (RFC 9113 section 8).

import type { ClientHttp2Stream } from 'node:http2';
import type { BodyConsumer } from '../../wasi/http/body-pipe.ts';
import { pairsOf, withoutFields } from '../../wasi/http/field-list.ts';
import { isHopByHop } from '../../wasi/http/fields.ts';
import type { Http2Session } from './http2-sessions.ts';
import { framingOf, type OutboundRequest, pathOnWire } from './outbound-request.ts';
import type { ExchangeEvents, Sending } from './transport.ts';

/** Error codes of RST_STREAM, https://www.rfc-editor.org/rfc/rfc9113#section-7 */
const REFUSED_STREAM = 7;
const CANCEL = 8;

/** A request on a stream of its own. */
export class Http2Sending implements Sending, BodyConsumer {
  readonly #outbound: OutboundRequest;
  readonly #exchange: ExchangeEvents;
  readonly #session: Http2Session;
  readonly #isReused: boolean;
  #stream: ClientHttp2Stream | undefined;
  #trailers: readonly string[] = [];
  #body: 'open' | 'ended' | 'aborted' = 'open';
  #isAnswered = false;
  #isAborted = false;
  #error: unknown;

  /** Sends the request, whose body it takes. Throws what cannot be sent. */
  constructor(outbound: OutboundRequest, exchange: ExchangeEvents, session: Http2Session) {
    this.#outbound = outbound;
    this.#exchange = exchange;
    this.#session = session;
    this.#isReused = session.hasCarried;
    const head = headOf(outbound);
    // Only a request without a body says so in its head.
    if (outbound.body.isEmpty) outbound.body.attach(this);
    const endStream = this.#body === 'ended' && this.#trailers.length === 0;
    this.#stream = session.request(head, { endStream, waitForTrailers: !endStream });
    this.#listen(this.#stream);
    exchange.connected();
    if (this.#body === 'open') outbound.body.attach(this);
    else if (this.#body === 'aborted') this.abort();
    else this.#stream.end();
  }

  abort(error?: Error): void {
    this.#isAborted = true;
    this.#error ??= error;
    // Node cannot bear that streams are closed while it tells of what came: with a GOAWAY, it may go on with one that is no more. Nor
    // can it bear `destroy`, when it comes to the trailers afterwards. Either ends the process.
    setImmediate(() => this.#stream?.close(CANCEL));
  }

  write(chunk: Uint8Array): boolean {
    return this.#stream?.write(chunk) ?? true;
  }

  end(trailers: readonly string[]): void {
    this.#trailers = trailers;
    this.#body = 'ended';
    this.#stream?.end();
  }

  [Symbol.dispose](): void {
    this.abort();
  }

  #listen(stream: ClientHttp2Stream): void {
    const message = Object.assign(stream, { rawTrailers: [] as readonly string[] });
    stream.on('response', (fields, _flags, raw: string[]) => {
      this.#isAnswered = true;
      this.#exchange.received(fields[':status'] ?? 0, withoutFields(raw, isPseudo), message);
    });
    stream.on('trailers', (_fields: unknown, _flags: unknown, raw?: string[]) => {
      message.rawTrailers = raw ?? [];
    });
    stream.on('wantTrailers', () => this.#sendTrailers(stream));
    stream.on('drain', () => this.#outbound.body.drained());
    stream.on('error', (error) => {
      this.#error ??= error;
    });
    stream.on('close', () => this.#close(stream.rstCode));
  }

  #sendTrailers(stream: ClientHttp2Stream): void {
    const fields: Record<string, string[]> = Object.create(null);
    for (const [name, value] of pairsOf(this.#trailers)) {
      if (isHopByHop(name) || name === 'te') continue;
      fields[name] = [...(fields[name] ?? []), value];
    }
    stream.sendTrailers(fields);
  }

  #close(code: number): void {
    if (this.#isAnswered) {
      // Whoever has its answer and goes takes no more of the body.
      this.#outbound.body.close();
      return;
    }
    const isUnanswered = code === REFUSED_STREAM || (this.#isReused && !this.#session.isOpen);
    const error = this.#error ?? new Error(`the stream was closed with code ${code}`);
    this.#exchange.failed(error, isUnanswered && !this.#isAborted);
  }
}

/** Returns the fields of a request as a flat list. */
function headOf(outbound: OutboundRequest): string[] {
  const framing = framingOf(outbound);
  return [
    ...[':method', outbound.method, ':scheme', outbound.scheme, ':authority', outbound.authority],
    ...[':path', pathOnWire(outbound)],
    ...withoutFields(outbound.headers, isHopByHop),
    ...(outbound.takesTrailers ? ['te', 'trailers'] : []),
    ...(framing[0] === 'content-length' ? framing : []),
  ];
}

function isPseudo(name: string): boolean {
  return name.startsWith(':');
}
