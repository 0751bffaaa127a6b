// A client that sends bytes as a test writes them and shows answers as they stand on the wire.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** An answer as it came. */
export type RawAnswer = {
  readonly status: number;
  /** Header lines in order, but for Date. */
  readonly headers: readonly string[];
  /** The body without its chunk framing, one character for each byte. */
  readonly body: string;
  /** Trailer lines. */
  readonly trailers: readonly string[];
  /** False when the connection ended before the body did. */
  readonly isComplete: boolean;
};

/** One connection. Bytes are latin1 characters. */
export class RawConnection implements AsyncDisposable {
  readonly socket: Socket;
  #received = '';
  #isClosed = false;
  #onChange = () => {};

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      this.#received += text;
      this.#onChange();
    });
    socket.on('close', () => {
      this.#isClosed = true;
      this.#onChange();
    });
    socket.on('error', () => {});
  }

  static async open(port: number): Promise<RawConnection> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new RawConnection(socket);
  }

  send(text: string): void {
    this.socket.write(text, 'latin1');
  }

  /** Resolves when the other side has closed the connection; gives what came before and was not read. */
  async readToEnd(): Promise<string> {
    await this.#until(() => false);
    return this.#received;
  }

  /** Reads the next answer. `hasBody` is false after a HEAD request. Rejects when there is none before the end. */
  async readAnswer(hasBody = true): Promise<RawAnswer> {
    await this.#until(() => this.#received.includes('\r\n\r\n'));
    const end = this.#received.indexOf('\r\n\r\n');
    if (end === -1) throw new Error(`no answer but ${JSON.stringify(this.#received)}`);
    const [statusLine = '', ...lines] = this.#received.slice(0, end).split('\r\n');
    this.#received = this.#received.slice(end + 4);
    const status = Number(statusLine.split(' ')[1]);
    const headers = lines.filter((line) => !/^date:/i.test(line));
    const hasNone = !hasBody || status < 200 || status === 204 || status === 304;
    const rest = hasNone ? emptyBody : await this.#readBody(headers);
    return { status, headers, ...rest };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy();
    await this.#until(() => false);
  }

  async #readBody(headers: readonly string[]) {
    const fieldOf = (name: string) =>
      headers.find((line) => line.toLowerCase().startsWith(`${name}: `))?.split(': ')[1];
    if (fieldOf('transfer-encoding') === 'chunked') return this.#readChunks();
    const length = Number(fieldOf('content-length') ?? Number.POSITIVE_INFINITY);
    const body = await this.#take(length);
    return { body, trailers: [], isComplete: length === Number.POSITIVE_INFINITY || body.length === length };
  }

  async #readChunks() {
    let body = '';
    for (;;) {
      const line = await this.#takeLine();
      if (line === undefined) return { body, trailers: [], isComplete: false };
      const size = Number.parseInt(line, 16);
      if (size === 0) break;
      body += await this.#take(size);
      await this.#takeLine();
    }
    const trailers: string[] = [];
    for (let line = await this.#takeLine(); line; line = await this.#takeLine()) trailers.push(line);
    return { body, trailers, isComplete: true };
  }

  async #takeLine(): Promise<string | undefined> {
    await this.#until(() => this.#received.includes('\r\n'));
    const end = this.#received.indexOf('\r\n');
    if (end === -1) return undefined;
    const line = this.#received.slice(0, end);
    this.#received = this.#received.slice(end + 2);
    return line;
  }

  async #take(length: number): Promise<string> {
    await this.#until(() => this.#received.length >= length);
    const text = this.#received.slice(0, length);
    this.#received = this.#received.slice(length);
    return text;
  }

  async #until(isThere: () => boolean): Promise<void> {
    while (!isThere() && !this.#isClosed) {
      await new Promise<void>((resolve) => {
        this.#onChange = resolve;
      });
    }
  }
}

const emptyBody = { body: '', trailers: [], isComplete: true };

/** Sends one request on a connection of its own. */
export async function exchange(port: number, request: string): Promise<RawAnswer> {
  await using connection = await RawConnection.open(port);
  connection.send(request);
  return await connection.readAnswer(!request.startsWith('HEAD'));
}

/** Returns a request without a body, with a Host header and `lines` of more. */
export function requestText(method: string, path: string, lines: readonly string[] = []): string {
  return [`${method} ${path} HTTP/1.1`, 'Host: example.com', ...lines, '', ''].join('\r\n');
}
