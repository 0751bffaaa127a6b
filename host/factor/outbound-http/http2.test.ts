// Outbound requests over HTTP/2, to servers that choose it over TLS and to one that is known to speak it without.

import { once } from 'node:events';
import {
  constants,
  createSecureServer,
  createServer,
  type Http2Server,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type ServerOptions,
} from 'node:http2';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../../testing/until.ts';
import { OutgoingBody } from '../../wasi/http/body.ts';
import { Fields } from '../../wasi/http/fields.ts';
import { RequestOptions } from '../../wasi/http/request.ts';
import type { HttpClientOptions } from './client.ts';
import { cert, key } from './testing/certificate.ts';
import { bytesOf, errorOf, Guest, listen, readWhole, responseOf } from './testing/guest.ts';

type Answer = (stream: ServerHttp2Stream, fields: readonly string[]) => void;

/** A server, what it has seen, and a guest that knows it. */
class Machine implements AsyncDisposable {
  readonly origin: string;
  readonly guest: Guest;
  readonly sessions: ServerHttp2Session[] = [];
  readonly #server: Http2Server;

  private constructor(server: Http2Server, scheme: string, authority: string, options: Partial<HttpClientOptions>) {
    this.#server = server;
    this.origin = `${scheme}://${authority}`;
    this.guest = new Guest({ http2Authority: scheme === 'http' ? authority : undefined, ...options });
    server.on('session', (session) => this.sessions.push(session));
  }

  static async open(
    scheme: string,
    answer: Answer,
    options: Partial<HttpClientOptions> = {},
    settings: ServerOptions = {},
  ): Promise<Machine> {
    const server = scheme === 'https' ? createSecureServer({ key, cert, ...settings }) : createServer(settings);
    server.on('sessionError', () => {});
    server.on('stream', (stream: ServerHttp2Stream, _fields: unknown, _flags: unknown, raw: string[]) => {
      stream.on('error', () => {});
      answer(stream, raw);
    });
    return new Machine(server, scheme, await listen(server), options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.guest[Symbol.dispose]();
    for (const session of this.sessions) session.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Answers with what came, and with the trailers that came. */
const echo: Answer = (stream) => {
  let trailers: Record<string, unknown> = {};
  stream.on('trailers', (fields) => {
    trailers = fields;
  });
  stream.respond({ ':status': 200 }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'x-echoed': trailers['x-sum'] as string }));
  stream.pipe(stream);
};

const ok: Answer = (stream) => {
  stream.respond({ ':status': 200 });
  stream.end('x');
};

for (const scheme of ['https', 'http']) {
  const http2 = suite(`outbound HTTP/2, ${scheme}`);

  http2('sends the request as it is, and shows the response as it came', async () => {
    let seen: readonly string[] = [];
    await using machine = await Machine.open(scheme, (stream, fields) => {
      seen = fields;
      stream.respond([':status', '201', 'x-twice', '1', 'x-twice', '\xe9', 'set-cookie', 'a', 'set-cookie', 'b']);
      stream.end();
    });
    const headers: [string, string][] = [
      ['Host', 'forged'],
      ['TE', 'trailers'],
      ['X-Dup', '1'],
      ['x-dup', '\xe9'],
      ['content-type', 'a'],
      ['content-type', 'b'],
    ];
    const answer = await readWhole(machine.guest.get(machine.origin, { path: '/\xe9?a=%20', headers }));
    assert.equal(seen, [
      ...[':method', 'GET', ':scheme', scheme, ':authority', machine.origin.replace(/^.*\/\//, '')],
      ...[':path', '/\xc3\xa9?a=%20'],
      ...['x-dup', '1', 'x-dup', '\xe9', 'content-type', 'a', 'content-type', 'b', 'te', 'trailers'],
    ]);
    assert.is(answer.status, 201);
    assert.equal(answer.headers.slice(0, 8), ['x-twice', '1', 'x-twice', '\xe9', 'set-cookie', 'a', 'set-cookie', 'b']);
    assert.is(answer.text, '');
  });

  http2('shows a response with many fields', async () => {
    const fields = Array.from({ length: 300 }, (_, index) => [`x-${index}`, 'x']);
    await using machine = await Machine.open(scheme, (stream) => {
      stream.respond({ ':status': 200, ...Object.fromEntries(fields) }, { endStream: true });
    });
    const { headers } = await readWhole(machine.guest.get(machine.origin));
    assert.is(headers.filter((text) => text.startsWith('x-')).length, 300);
  });

  http2('streams some megabytes both ways, with trailers at both ends', async () => {
    await using machine = await Machine.open(scheme, echo);
    const { body, stream, future } = machine.guest.begin(machine.origin);
    const reading = readWhole(future);
    const chunk = new Uint8Array(4096).fill(120);
    for (let sent = 0; sent < 4 << 20; sent += chunk.length) await stream.blockingWriteAndFlush(chunk);
    OutgoingBody.finish(body, Fields.fromList([['x-sum', bytesOf('1')]]));
    const { text, trailers } = await reading;
    assert.is(text.length, 4 << 20);
    assert.equal(trailers, ['x-echoed', '1']);
  });

  http2('takes turns with a server, message by message', async () => {
    await using machine = await Machine.open(scheme, echo);
    const { body, stream, future } = machine.guest.begin(machine.origin);
    const response = await responseOf(future);
    const incoming = response.consume().stream();
    for (const text of ['one', 'two', 'three']) {
      await stream.blockingWriteAndFlush(bytesOf(text));
      assert.is(Buffer.from(await incoming.blockingRead(100n)).toString(), text);
    }
    OutgoingBody.finish(body, undefined);
  });

  http2('says of a request in its head that it has no body', async () => {
    const ends: boolean[] = [];
    await using machine = await Machine.open(scheme, (stream, fields) => {
      ends.push(stream.endAfterHeaders);
      ok(stream, fields);
    });
    await readWhole(machine.guest.get(machine.origin));
    const { body, future } = machine.guest.begin(machine.origin);
    OutgoingBody.finish(body, undefined);
    await readWhole(future);
    assert.equal(ends, [true, false]);
  });

  http2('keeps one connection for all requests, also the first ones at once', async () => {
    await using machine = await Machine.open(scheme, ok);
    const { guest, origin, sessions } = machine;
    const answers = await Promise.all([1, 2, 3, 4].map(() => readWhole(guest.get(origin))));
    assert.equal(
      answers.map(({ text }) => text),
      ['x', 'x', 'x', 'x'],
    );
    await readWhole(guest.get(origin));
    assert.is(sessions.length, 1);
  });

  http2('has a connection for each request where none is to be kept, and closes it', async () => {
    await using machine = await Machine.open(scheme, ok, { hasPooling: false });
    const { guest, origin, sessions } = machine;
    await Promise.all([1, 2].map(() => readWhole(guest.get(origin))));
    assert.is(sessions.length, 2);
    await until('both are closed', () => sessions.every(({ closed }) => closed));
  });

  http2('lets requests wait that a server or the configuration does not take at once', async () => {
    let most = 0;
    let now = 0;
    const slow: Answer = (stream, fields) => {
      most = Math.max(most, ++now);
      setTimeout(() => {
        now--;
        ok(stream, fields);
      }, 5);
    };
    await using modest = await Machine.open(scheme, slow, {}, { settings: { maxConcurrentStreams: 1 } });
    await readWhole(modest.guest.get(modest.origin));
    await Promise.all([1, 2, 3].map(() => readWhole(modest.guest.get(modest.origin))));
    await using limited = await Machine.open(scheme, slow, { maxRequests: 1 });
    await Promise.all([1, 2, 3].map(() => readWhole(limited.guest.get(limited.origin))));
    assert.is(most, 1);
  });

  http2('takes no more of a response than the guest reads', async () => {
    let sent = 0;
    await using machine = await Machine.open(scheme, (stream) => {
      stream.respond({ ':status': 200 });
      const chunk = Buffer.alloc(64 << 10);
      const write = () => {
        while (sent < 8 << 20) {
          sent += chunk.length;
          if (!stream.write(chunk)) return void stream.once('drain', write);
        }
        stream.end();
      };
      write();
    });
    const future = machine.guest.get(machine.origin);
    await future.subscribe().block();
    let before = -1;
    await until('the server can send no more', () => {
      const isSame = sent === before;
      before = sent;
      return isSame;
    });
    assert.ok(sent < 2 << 20, String(sent));
    assert.is((await readWhole(future)).text.length, 8 << 20);
  });

  http2('takes no more of a request than the server reads', async () => {
    let stopped: ServerHttp2Stream | undefined;
    await using machine = await Machine.open(scheme, (stream) => {
      stopped = stream;
      stream.respond({ ':status': 200 });
    });
    const { body, stream, future } = machine.guest.begin(machine.origin);
    await responseOf(future);
    let sent = 0;
    for (let looks = 0; looks < 20; looks++) {
      await new Promise((resolve) => setTimeout(resolve, 2));
      for (let room = Number(stream.checkWrite()); room > 0; room = Number(stream.checkWrite())) {
        stream.write(new Uint8Array(room));
        sent += room;
        looks = 0;
      }
    }
    assert.ok(sent < 1 << 20, String(sent));
    stopped?.resume();
    await stream.blockingWriteAndFlush(new Uint8Array(4096));
    OutgoingBody.finish(body, undefined);
    if (stopped) await once(stopped, 'end');
  });

  http2('tells the server when the guest drops the response it waits for, and goes on with others', async () => {
    const streams: ServerHttp2Stream[] = [];
    await using machine = await Machine.open(scheme, (stream) => streams.push(stream));
    const { guest, origin, sessions } = machine;
    const dropped = guest.get(origin);
    const kept = guest.get(origin);
    await until('both have come', () => streams.length === 2);
    dropped[Symbol.dispose]();
    await until('the first is closed', () => streams[0]?.closed === true);
    assert.is(streams[0]?.rstCode, constants.NGHTTP2_CANCEL);
    if (streams[1]) ok(streams[1], []);
    assert.is((await readWhole(kept)).text, 'x');
    assert.is(sessions.length, 1);
  });

  http2('ends with its instance', async () => {
    let arrived: ServerHttp2Stream | undefined;
    await using machine = await Machine.open(scheme, (stream) => {
      arrived = stream;
      stream.respond({ ':status': 200 });
      stream.write('x');
    });
    await responseOf(machine.guest.begin(machine.origin).future);
    machine.guest.scope.release();
    await until('the stream is closed', () => arrived?.closed === true);
    assert.is(arrived?.rstCode, constants.NGHTTP2_CANCEL);
  });

  http2('ends when the guest gives its body up', async () => {
    let arrived: ServerHttp2Stream | undefined;
    await using machine = await Machine.open(scheme, (stream) => {
      arrived = stream;
    });
    const { body, future } = machine.guest.begin(machine.origin);
    await until('the request has come', () => arrived !== undefined);
    body[Symbol.dispose]();
    assert.is(await errorOf(future), 'HTTP-protocol-error');
    await until('the stream is closed', () => arrived?.closed === true);
  });

  http2('takes no more of a body when the server has answered and gone', async () => {
    await using machine = await Machine.open(scheme, (stream) => {
      stream.respond({ ':status': 413 });
      stream.end('x', () => stream.close(constants.NGHTTP2_NO_ERROR));
    });
    const { stream, future } = machine.guest.begin(machine.origin);
    const { status, text } = await readWhole(future);
    assert.equal([status, text], [413, 'x']);
    const error = await (async () => {
      for (;;) await stream.blockingWriteAndFlush(new Uint8Array(4096));
    })().catch((thrown: unknown) => thrown);
    assert.is((error as { tag: string }).tag, 'closed');
  });

  http2('fails with a server that resets the request, or breaks the response off', async () => {
    const codes = [constants.NGHTTP2_INTERNAL_ERROR, constants.NGHTTP2_CANCEL, constants.NGHTTP2_REFUSED_STREAM];
    for (const code of codes) {
      await using machine = await Machine.open(scheme, (stream) => stream.close(code));
      assert.is(await errorOf(machine.guest.get(machine.origin)), 'HTTP-protocol-error');
    }
    await using machine = await Machine.open(scheme, (stream) => {
      // A stream that waits for trailers does not end well when it is closed.
      stream.respond({ ':status': 200 }, { waitForTrailers: true });
      stream.write('x', () => stream.close(constants.NGHTTP2_INTERNAL_ERROR));
    });
    assert.is((await readWhole(machine.guest.get(machine.origin))).error, 'HTTP-protocol-error');
  });

  http2('tells a guest that still writes when the server is gone', async () => {
    await using machine = await Machine.open(scheme, (stream) => setTimeout(() => stream.session?.destroy(), 20));
    const { stream, body, future } = machine.guest.begin(machine.origin);
    const chunk = new Uint8Array(4096);
    for (let sent = 0; sent < 1 << 20; sent += chunk.length) await stream.blockingWriteAndFlush(chunk);
    OutgoingBody.finish(body, undefined);
    assert.is(await errorOf(future), 'HTTP-protocol-error');
  });

  http2('sends again what the server refused, or left when it closed the connection', async () => {
    let count = 0;
    await using machine = await Machine.open(scheme, (stream, fields) => {
      count++;
      if (count === 1) stream.close(constants.NGHTTP2_REFUSED_STREAM);
      else if (count === 4) stream.session?.destroy();
      else ok(stream, fields);
    });
    const { guest, origin } = machine;
    for (const expected of [2, 3, 5]) {
      assert.is((await readWhole(guest.get(origin))).text, 'x');
      assert.is(count, expected);
    }
  });

  http2('connects anew when the server goes away', async () => {
    await using machine = await Machine.open(scheme, ok);
    const { guest, origin, sessions } = machine;
    await readWhole(guest.get(origin));
    sessions[0]?.close();
    await until('it is gone', () => sessions[0]?.destroyed === true);
    assert.is((await readWhole(guest.get(origin))).text, 'x');
    assert.is(sessions.length, 2);
  });

  http2('ends well when its instance does because a server goes away', async () => {
    await using machine = await Machine.open(scheme, (stream) => {
      stream.respond({ ':status': 200 });
      stream.pipe(stream);
    });
    const { guest, origin, sessions } = machine;
    for (let round = 0; round < 30; round++) {
      // Of what comes after the first request, the server says that it has not looked at it.
      setTimeout(() => {
        const session = sessions.at(-1);
        if (session?.destroyed === false) session.goaway(constants.NGHTTP2_NO_ERROR, 1);
      }, round % 6);
      setTimeout(() => sessions.at(-1)?.destroy(), 12);
      const ends: Promise<unknown>[] = [];
      for (let count = 0; count < 20; count++) {
        const { body, stream, future } = guest.begin(origin);
        stream.checkWrite();
        stream.write(new Uint8Array(4096));
        if (count % 2 === 0) OutgoingBody.finish(body, undefined);
        const release = () => guest.scope.release();
        ends.push(readWhole(future).then(release, release));
        if (count % 3 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      }
      await Promise.race([Promise.all(ends), new Promise((resolve) => setTimeout(resolve, 15))]);
      guest.scope.release();
    }
    assert.ok(sessions.length > 1);
  });

  http2('keeps to the time limits of the request', async () => {
    await using silent = await Machine.open(scheme, () => {});
    const firstByte = new RequestOptions();
    firstByte.setFirstByteTimeout(20_000_000n);
    assert.is(await errorOf(silent.guest.get(silent.origin, { options: firstByte })), 'connection-read-timeout');
    await using slow = await Machine.open(scheme, (stream) => {
      stream.respond({ ':status': 200 });
      stream.write('x');
    });
    const betweenBytes = new RequestOptions();
    betweenBytes.setBetweenBytesTimeout(50_000_000n);
    const { text, error } = await readWhole(slow.guest.get(slow.origin, { options: betweenBytes }));
    assert.equal([text, error], ['x', 'connection-read-timeout']);
  });

  http2('refuses what the protocol has no words for', async () => {
    await using machine = await Machine.open(scheme, ok);
    const { future } = machine.guest.begin(machine.origin, { method: 'CONNECT' });
    assert.is(await errorOf(future), 'internal-error');
    assert.is((await readWhole(machine.guest.get(machine.origin))).text, 'x');
  });

  http2.run();
}
