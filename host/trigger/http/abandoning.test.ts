// What becomes of the exchanges under way when the work of all of them is lost at once.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../../testing/until.ts';
import { BodyPipe } from '../../wasi/http/body-pipe.ts';
import type { Exchange } from './exchange.ts';
import { type HttpServer, listenHttp } from './server.ts';
import { RawConnection, requestText } from './testing/raw-connection.ts';

const abandoning = suite('HttpServer.abandon');
let server: HttpServer;
const exchanges = new Map<string, Exchange>();

abandoning.before(async () => {
  const answered = { '/idle': true } as Record<string, boolean>;
  server = await listenHttp({ hostname: '127.0.0.1', port: 0 }, async (exchange) => {
    exchanges.set(exchange.target, exchange);
    if (answered[exchange.target]) exchange.answerWhole(200, [], 'ok');
  });
});
abandoning.after(async () => {
  server.close();
  await server.drain();
});

async function ask(path: string): Promise<RawConnection> {
  exchanges.delete(path);
  const connection = await RawConnection.open(server.address.port);
  connection.send(requestText('GET', path));
  await until(`the request of ${path}`, () => exchanges.has(path));
  return connection;
}

abandoning('answers 504 to the culprit and 503 to the others, and closes their connections', async () => {
  await using culprit = await ask('/culprit');
  await using other = await ask('/other');
  assert.equal(server.abandon(exchanges.get('/culprit')), { answered: 2, broken: 0 });
  assert.is((await culprit.readAnswer()).status, 504);
  assert.is((await other.readAnswer()).status, 503);
  assert.is(await culprit.readToEnd(), '');
  assert.is(await other.readToEnd(), '');
});

abandoning('tells those who work for them', async () => {
  await using connection = await ask('/work');
  let wasTold = false;
  exchanges.get('/work')?.onGone(() => {
    wasTold = true;
  });
  server.abandon(undefined);
  assert.is((await connection.readAnswer()).status, 503);
  await until('the news', () => wasTold);
  assert.ok(exchanges.get('/work')?.isGone);
});

abandoning('breaks an answer off that has begun', async () => {
  await using connection = await ask('/begun');
  const pipe = new BodyPipe();
  exchanges.get('/begun')?.answer(200, [], pipe);
  pipe.put(new TextEncoder().encode('half'));
  await until('the head', () => connection.socket.bytesRead > 0);
  assert.equal(server.abandon(exchanges.get('/begun')), { answered: 0, broken: 1 });
  const { status, body, isComplete } = await connection.readAnswer();
  assert.equal([status, body, isComplete], [200, 'half', false]);
});

abandoning('answers where the head was not sent yet, though the guest has set it', async () => {
  await using connection = await ask('/set');
  const pipe = new BodyPipe();
  exchanges.get('/set')?.answer(200, [], pipe);
  assert.equal(server.abandon(exchanges.get('/set')), { answered: 1, broken: 0 });
  assert.is((await connection.readAnswer()).status, 504);
  pipe.put(new TextEncoder().encode('late'));
  pipe.end();
  assert.is(await connection.readToEnd(), '');
});

abandoning('leaves idle connections alone', async () => {
  await using idle = await ask('/idle');
  await idle.readAnswer();
  await using lost = await ask('/lost');
  assert.equal(server.abandon(undefined), { answered: 1, broken: 0 });
  await lost.readToEnd();
  idle.send(requestText('GET', '/idle'));
  assert.is((await idle.readAnswer()).body, 'ok');
});

abandoning.run();
