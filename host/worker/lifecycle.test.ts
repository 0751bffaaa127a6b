// The worker as the process it is: what it writes where, how it ends, and with which status.

import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../testing/until.ts';
import { exchange, RawConnection, requestText } from '../trigger/http/testing/raw-connection.ts';
import {
  createAppPlan,
  createComponentPlan,
  createRoute,
  prepareTestApp,
  readComponent,
} from './testing/prepared-app.ts';
import { startHello, WorkerProcess } from './testing/worker-process.ts';

const hello = await readComponent('hello-c/hello.wasm');
const unknownImport = await readComponent('unknown-import/ask.wasm');

const lifecycle = suite('runWorker');

lifecycle('says on standard output where it serves what, and nothing else anywhere', async () => {
  await using worker = await startHello();
  const port = await worker.serving();
  await exchange(port, requestText('GET', '/hello'));
  const url = `http://127.0.0.1:${port}`;
  assert.is(worker.stdout, `\nServing ${url}\nAvailable Routes:\n  hello: ${url} (wildcard)\n    Says hello\n`);
  assert.is(worker.stderr, '');
});

lifecycle('writes what guests write to standard error', async () => {
  await using worker = await startHello();
  await exchange(await worker.serving(), requestText('GET', '/print'));
  await until('both lines', () => worker.stderr === 'a line on stdout\na line on stderr\n');
  assert.not.match(worker.stdout, 'a line');
});

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  lifecycle(`ends with 0 after ${signal}, when what is under way is done`, async () => {
    await using worker = await startHello();
    const port = await worker.serving();
    await using connection = await RawConnection.open(port);
    connection.send(requestText('GET', '/sleep/200'));
    await exchange(port, requestText('GET', '/hello'));
    worker.child.kill(signal);
    assert.is((await connection.readAnswer()).body, 'awake\n');
    assert.is(await worker.exitCode(), 0);
  });
}

lifecycle('cuts off what is not done within the grace time, and says so', async () => {
  await using worker = await startHello({ SPIN_SHUTDOWN_GRACE_SECONDS: '0' });
  const port = await worker.serving();
  await using connection = await RawConnection.open(port);
  connection.send(requestText('GET', '/hang'));
  await exchange(port, requestText('GET', '/hello'));
  worker.child.kill('SIGTERM');
  assert.is(await connection.readToEnd(), '');
  assert.is(await worker.exitCode(), 0);
  assert.match(worker.stderr, 'requests were still under way after 0 s and are cut off');
});

lifecycle('lets no instance have more memory than the environment says', async () => {
  await using worker = await startHello({ SPIN_MAX_INSTANCE_MEMORY: String(16 << 20) });
  const port = await worker.serving();
  assert.is((await exchange(port, requestText('GET', '/allocate/8'))).status, 200);
  assert.is((await exchange(port, requestText('GET', '/oom'))).status, 500);
});

lifecycle('says that it keeps no limit of memory which is no number', async () => {
  await using worker = await startHello({ SPIN_MAX_INSTANCE_MEMORY: '16Mi' });
  await worker.serving();
  assert.match(worker.stderr, 'SPIN_MAX_INSTANCE_MEMORY is "16Mi", which is no number of bytes: no limit is kept');
});

lifecycle('ends when its shim has gone', async () => {
  await using worker = await startHello();
  await worker.serving();
  worker.child.stdio[3]?.destroy();
  assert.is(await worker.exitCode(), 0);
});

lifecycle('ends with 137 and says why when the port is taken', async () => {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  await using worker = await startHello({ SPIN_HTTP_LISTEN_ADDR: address });
  assert.is(await worker.exitCode(), 137);
  const hint = 'To have Spin search for a free port, use the --find-free-port option.';
  assert.is(worker.stderr, `Error: ${address} is already in use. ${hint}\n`);
  assert.is(await worker.terminationMessage(), `${address} is already in use. ${hint}`);
  server.close();
});

lifecycle('ends with 137 and names the interface that nothing offers', async () => {
  await using worker = await startHello({}, unknownImport);
  assert.is(await worker.exitCode(), 137);
  assert.match(worker.stderr, /^Error: component "hello" imports "fixture:unknown-import\/nowhere@1\.0\.0"/);
});

for (const [what, environment, message] of [
  ['an address that is none', { SPIN_HTTP_LISTEN_ADDR: 'here' }, 'SPIN_HTTP_LISTEN_ADDR="here"'],
  ['a host that cannot be found', { SPIN_HTTP_LISTEN_ADDR: 'no-such-host.invalid:80' }, 'Unable to listen on'],
] as const) {
  lifecycle(`ends with 137 and says why for ${what}`, async () => {
    await using worker = await startHello(environment);
    assert.is(await worker.exitCode(), 137);
    assert.match(worker.stderr, message);
  });
}

lifecycle('says no more to a kubelet than that reads, and no half character', async () => {
  await using worker = await startHello({ SPIN_HTTP_LISTEN_ADDR: 'ä'.repeat(4000) });
  assert.is(await worker.exitCode(), 137);
  const message = await worker.terminationMessage();
  assert.ok(Buffer.byteLength(message) > 4000 && Buffer.byteLength(message) <= 4096);
  assert.match(message, /ä$/);
});

lifecycle('says nothing to a kubelet when it ends as it was told to', async () => {
  await using worker = await startHello();
  await worker.serving();
  worker.child.kill('SIGTERM');
  assert.is(await worker.exitCode(), 0);
  assert.is(await worker.terminationMessage(), '');
});

lifecycle('ends with 137 and says what it could not read', async () => {
  const plan = createAppPlan([createComponentPlan('hello')], [createRoute('hello')]);
  const fixture = await prepareTestApp(plan, { hello }, 'link');
  await rm(fixture.paths.components, { recursive: true });
  await using worker = new WorkerProcess(fixture);
  assert.is(await worker.exitCode(), 137);
  assert.match(worker.stderr, /^Error: cannot load component "hello": .*ENOENT/);
});

lifecycle.run();
