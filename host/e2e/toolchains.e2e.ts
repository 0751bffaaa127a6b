// What the toolchains that people use make of a handler, served by a worker: each app answers, and its language's failures are
// told apart from answers.
import * as assert from 'uvu/assert';
import { echoParts } from '../testing/echo-parts.ts';
import { type Declare, onApp } from '../testing/on-app.ts';
import { until } from '../testing/until.ts';

function post(body: string): RequestInit {
  return { method: 'POST', body };
}

/** What every app can do, as far as its routes go. */
function declareCommon(test: Declare, greeting: string, failing: string): void {
  test('answers', async (app) => {
    const { status, body } = await app.request('/');
    assert.is(status, 200);
    assert.is(body, greeting);
  });

  test('answers ten requests at a time', async (app) => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => app.request('/')));
    assert.equal(new Set(answers.map(({ body }) => body)), new Set([greeting]));
  });

  test('answers 500 when the handler fails, and goes on', async (app) => {
    assert.is((await app.request(failing)).status, 500);
    assert.is((await app.request('/')).status, 200);
  });
}

function declareEcho(test: Declare): void {
  test('echoes a body of 300 KB', async (app) => {
    const body = 'spin'.repeat(75_000);
    const answer = await app.request('/echo', post(body));
    assert.is(answer.status, 200);
    assert.ok(answer.body === body, `${answer.body.length} bytes came back`);
  });
}

/** That an answer starts before its request has ended, and goes on with it. */
function declareStreaming(test: Declare): void {
  test('answers each part of a body before the next is sent', async (app) => {
    const { status, body } = await echoParts(`${app.url}/echo`, ['first, ', 'second, ', 'third']);
    assert.equal([status, body], [200, 'first, second, third']);
  });
}

function declareFetch(test: Declare, pathOf: (url: string) => string): void {
  test('passes on what an outbound request gives', async (app) => {
    const { status, body } = await app.request(pathOf(`${app.url}/`));
    assert.is(status, 200);
    assert.is(body, (await app.request('/')).body);
  });
}

onApp('hello-c', {}, (test) => {
  declareCommon(test, 'Hello from C!\n', '/trap');
  declareEcho(test);
  declareStreaming(test);
  declareFetch(test, (url) => `/fetch?${url}`);

  test('starts every request from a pristine instance', async (app) => {
    for (const _ of [1, 2, 3]) assert.is((await app.request('/count')).body, '1');
  });

  test('takes a body of 3 MB and gives one', async (app) => {
    assert.is((await app.request('/length', post('x'.repeat(3_000_000)))).body, '3000000');
    assert.is((await app.request('/bytes/3000000')).body.length, 3_000_000);
  });

  for (const path of ['/error', '/silent', '/exit/0', '/exit/1'])
    test(`answers 500 to ${path}`, async (app) => {
      assert.is((await app.request(path)).status, 500);
    });

  test('keeps the first of two answers', async (app) => {
    const { status, body } = await app.request('/twice');
    assert.is(status, 200);
    assert.is(body, 'Hello from C!\n');
  });

  test('cuts the answer off when the handler traps midway', async (app) => {
    const error = await app.request('/trap-midway').catch((error: unknown) => error);
    assert.instance(error, Error);
  });

  test('serves others while one waits', async (app) => {
    const slow = app.request('/sleep/1000').then(() => 'slow');
    assert.is(await Promise.race([slow, app.request('/').then(() => 'quick')]), 'quick');
    await slow;
  });

  test('serves others while one never answers, and goes on when its client leaves', async (app) => {
    const leaving = new AbortController();
    const hanging = app.request('/hang', { signal: leaving.signal }).catch((error: Error) => error.name);
    assert.is((await app.request('/')).status, 200);
    leaving.abort();
    assert.is(await hanging, 'AbortError');
    assert.is((await app.request('/')).status, 200);
  });

  test('sends a body as the handler writes it', async (app) => {
    const response = await fetch(`${app.url}/drip/20`, { headers: { connection: 'close' } });
    const chunks: string[] = [];
    for await (const chunk of response.body ?? []) chunks.push(new TextDecoder().decode(chunk));
    assert.is(chunks.join(''), 'drip\n'.repeat(10));
    assert.ok(chunks.length > 1, 'all of it came at once');
  });

  test('shows the handler the request as it came', async (app) => {
    const { body } = await app.request('/request?a=%20b', { method: 'PUT', headers: { 'x-mine': 'yes' }, body: 'x' });
    const { host } = new URL(app.url);
    assert.ok(body.startsWith(`method: PUT\nauthority: ${host}\nscheme: http\npath: /request?a=%20b\n`), body);
    assert.match(body, '\nx-mine: yes\n');
  });

  test('writes what the guest prints to the log', async (app) => {
    await app.request('/print');
    await until('both lines are there', () => /a line on stdout.*a line on stderr/s.test(app.log()));
  });

  test('gives the guest the memory it asks for', async (app) => {
    assert.ok(Number((await app.request('/allocate/32')).body) >= 32 << 20);
  });

  test('says why an outbound request gives nothing', async (app) => {
    const refused = await app.request('/fetch?http://127.0.0.1:1/');
    assert.is(refused.status, 502);
    assert.is(refused.headers['x-error-code'], '6', 'connection-refused');
    const denied = await app.request('/fetch?http://192.0.2.1/');
    assert.is(denied.headers['x-error-code'], '15', 'HTTP-request-denied');
  });

  test('has the environment of the manifest and no other', async (app) => {
    assert.is((await app.request('/environment')).body, 'GREETING: Hello from the manifest\n');
  });
});

onApp('hello-js', { SPIN_VARIABLE_TOKEN: 'from the pod' }, (test) => {
  declareCommon(test, 'Hello from JavaScript!\n', '/throw');
  declareEcho(test);
  declareStreaming(test);
  declareFetch(test, (url) => `/fetch?url=${encodeURIComponent(url)}`);

  test('reads parameters, queries and headers', async (app) => {
    assert.is((await app.request('/hello/you')).body, 'Hello, you!\n');
    const { body } = await app.request('/json?a=1&b=2', { headers: { 'user-agent': 'test' } });
    assert.equal(JSON.parse(body), { query: { a: '1', b: '2' }, agent: 'test' });
  });

  test('streams an answer line by line', async (app) => {
    const response = await fetch(`${app.url}/stream/5`, { headers: { connection: 'close' } });
    const chunks = [];
    for await (const chunk of response.body ?? []) chunks.push(new TextDecoder().decode(chunk));
    assert.is(chunks.join(''), '5\n4\n3\n2\n1\n');
    assert.ok(chunks.length > 1, 'all lines came at once');
  });

  test('reads variables of the manifest and of the pod', async (app) => {
    assert.is((await app.request('/variable/greeting')).body, 'Hello from a variable');
    assert.is((await app.request('/variable/token')).body, 'from the pod');
    const { status, body } = await app.request('/variable/nothing');
    assert.is(status, 404);
    assert.is(JSON.parse(body).tag, 'undefined');
  });

  test('answers without a body', async (app) => {
    const { status, body } = await app.request('/no-content');
    assert.is(status, 204);
    assert.is(body, '');
  });

  test('starts every request from a pristine instance', async (app) => {
    for (const _ of [1, 2]) assert.is((await app.request('/count')).body, '1');
  });
});

onApp('hello-rust', {}, (test) => {
  declareCommon(test, 'Hello from Rust!\n', '/panic');
  declareEcho(test);
  declareFetch(test, (url) => `/fetch?${url}`);

  test('reads parameters, the environment and a file of the app', async (app) => {
    assert.is((await app.request('/hello/you')).body, 'Hello, you!\n');
    assert.is((await app.request('/environment')).body, 'LANGUAGE=Rust\n');
    assert.is((await app.request('/file/note.txt')).body, 'A file of the app\n');
    assert.is((await app.request('/file/nothing')).status, 500);
  });

  test('says on standard error where it panicked', async (app) => {
    await app.request('/panic');
    assert.match(app.log(), 'the handler panics');
  });
});

onApp('hello-go', {}, (test) => {
  declareCommon(test, 'Hello from Go!\n', '/panic');

  test('runs goroutines, collects garbage and sleeps', async (app) => {
    assert.is((await app.request('/goroutines')).body, '4950\n');
    assert.ok(Number((await app.request('/garbage')).body) > 0);
    assert.is((await app.request('/sleep')).body, 'awake\n');
    assert.is((await app.request('/environment')).body, 'LANGUAGE=Go\n');
  });
});

onApp('hello-python', {}, (test) => {
  declareCommon(test, 'Hello from Python!\n', '/raise');
  declareEcho(test);
  declareFetch(test, (url) => `/fetch?${url}`);

  test('has the environment of the manifest', async (app) => {
    assert.is((await app.request('/environment')).body, 'LANGUAGE=Python\n');
  });
});

onApp('hello-wat', {}, (test) => {
  test('answers a hundred requests, ten at a time', async (app) => {
    for (let round = 0; round < 10; round++) {
      const answers = await Promise.all(Array.from({ length: 10 }, () => app.request('/')));
      assert.equal(new Set(answers.map(({ body }) => body)), new Set(['Hello from WAT!\n']));
    }
  });
});
