// Calls the program as containerd does, from the sources: `start` in a bundle, then the daemon's socket, then `delete`.
import { closeSync, constants, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Options as RuncOptions } from '../gen/containerd.runc.v1.ts';
import { BootstrapParams, BootstrapResult, LogLevel } from '../gen/containerd.runtime.bootstrap.v1.ts';
import { Task as TaskV2 } from '../gen/containerd.task.v2.ts';
import { DeleteResponse, Task as TaskV3 } from '../gen/containerd.task.v3.ts';
import { Any } from '../gen/google.protobuf.ts';
import { packAny } from '../protobuf/any.ts';
import { mustRun } from '../testing/command.ts';
import { connectShim, ShimBundle, untilEnded } from '../testing/shim-bundle.ts';
import { until } from '../testing/until.ts';
import { Code, hasCode } from '../ttrpc/status.ts';
import { isAlive } from './daemon.ts';

type Context = { sockets: string; bundle: ShimBundle };

function inBundle(name: string) {
  const tests = suite<Context>(name);
  tests.before.each(async (context) => {
    context.sockets = await mkdtemp(join(tmpdir(), 'sockets-'));
    context.bundle = await ShimBundle.open('abc');
  });
  tests.after.each(async ({ sockets, bundle }) => {
    await bundle.close();
    await rm(sockets, { recursive: true });
  });
  return tests;
}

const starting = inBundle('start');

starting('answers containerd 1.6 with the address alone', async ({ bundle }) => {
  const options = Any.encode(packAny(RuncOptions, { binaryName: 'runc' }));
  const { code, stdout, stderr } = await bundle.call('start', { input: options });
  const path = await bundle.socketPath();
  assert.equal([code, stdout.toString(), stderr], [0, `unix://${path}`, '']);
  assert.match(path, /^\/run\/containerd\/s\/[0-9a-f]{64}$/);
  assert.is(readFileSync(join(bundle.directory, 'address'), 'utf8'), stdout.toString());
});

starting('answers containerd 1.7 to 2.2 by the version of its executable', async ({ bundle, sockets }) => {
  const environment = { GRPC_ADDRESS: '/nonexistent/containerd.sock' };
  for (const [version, pattern] of [
    ['1.7.24', /^unix:/],
    ['v2.1.9', /^\{"version":3,"address":"unix:/],
  ] as const) {
    const executable = join(sockets, version);
    await mustRun('sh', [
      '-c',
      `printf '#!/bin/sh\necho containerd x ${version} y' > ${executable}; chmod +x ${executable}`,
    ]);
    const { stdout } = await bundle.call('start', { environment, flags: ['-publish-binary', executable] });
    await bundle.socketPath();
    assert.match(stdout.toString(), pattern, version);
  }
});

starting('answers with the address alone when the executable cannot tell', async ({ bundle }) => {
  const environment = { GRPC_ADDRESS: '/nonexistent/containerd.sock' };
  const { stdout } = await bundle.call('start', { environment, flags: ['-publish-binary', '/nonexistent'] });
  assert.is(stdout.toString(), `unix://${await bundle.socketPath()}`);
});

starting('answers containerd 2.3 in protobuf, with the socket where it was asked for', async ({ bundle, sockets }) => {
  const input = BootstrapParams.encode({ instanceId: 'abc', namespace: 'test', socketDir: sockets });
  const { code, stdout, stderr } = await bundle.call('start', { input });
  const path = await bundle.socketPath();
  const { version, address, protocol } = BootstrapResult.decode(stdout);
  assert.equal([code, stderr, version, address, protocol], [0, '', 3, `unix://${path}`, 'ttrpc']);
  assert.ok(path.startsWith(sockets));
});

starting('leaves a daemon that is its own session, holds no pipe and is killed before containerd', async (context) => {
  const { bundle, sockets } = context;
  const client = await connectShim(await bundle.start(sockets));
  const { shimPid } = await client.caller(TaskV3).connect({ id: 'abc' });
  const fields = (await readFile(`/proc/${shimPid}/stat`, 'latin1')).split(') ')[1]?.split(' ') ?? [];
  assert.equal(fields.slice(2, 4).map(Number), [shimPid, shimPid]);
  const own = Number(await readFile('/proc/self/oom_score_adj', 'utf8'));
  assert.is(Number(await readFile(`/proc/${shimPid}/oom_score_adj`, 'utf8')), Math.min(own + 1, 1000));
  for (const fd of [0, 1, 2]) assert.is(await mustRun('readlink', [`/proc/${shimPid}/fd/${fd}`]), '/dev/null\n');
  assert.is(await mustRun('readlink', [`/proc/${shimPid}/cwd`]), `${bundle.directory}\n`);
  const args = (await readFile(`/proc/${shimPid}/cmdline`, 'utf8')).split('\0');
  assert.match(args.join(' '), '-namespace test -id abc -address /nonexistent/containerd.sock');
  client.close();
});

starting('lets the daemon log as much as containerd 2.3 says', async ({ bundle, sockets }) => {
  const client = await connectShim(await bundle.start(sockets, { logLevel: LogLevel.DEBUG }));
  const { shimPid } = await client.caller(TaskV3).connect({ id: 'abc' });
  assert.ok((await readFile(`/proc/${shimPid}/cmdline`, 'utf8')).split('\0').includes('-debug'));
  client.close();
});

starting('does not hand on what Node or the loader would obey', async ({ bundle, sockets }) => {
  const input = BootstrapParams.encode({ instanceId: 'abc', namespace: 'test', socketDir: sockets });
  await bundle.call('start', { input, environment: { NODE_NO_WARNINGS: '1', LD_BIND_NOW: '1', TTRPC_ADDRESS: '/t' } });
  const client = await connectShim(await bundle.socketPath());
  const { shimPid } = await client.caller(TaskV3).connect({ id: 'abc' });
  const names = (await readFile(`/proc/${shimPid}/environ`, 'utf8')).split('\0').map((entry) => entry.split('=')[0]);
  assert.equal(names.sort().filter(Boolean), ['PATH', 'TTRPC_ADDRESS']);
  client.close();
});

starting('gives the shim of the pod sandbox to the containers of the pod', async ({ bundle, sockets }) => {
  const pod = { 'io.kubernetes.cri.sandbox-id': 'abc' };
  const member = await ShimBundle.open('member', pod);
  const other = await ShimBundle.open('other');
  try {
    const path = await bundle.start(sockets);
    assert.is(await member.start(sockets), path);
    assert.is.not(await other.start(sockets), path);
  } finally {
    await Promise.all([member.close(), other.close()]);
  }
});

starting('takes the place of a shim that was killed', async ({ bundle, sockets }) => {
  const path = await bundle.start(sockets);
  const client = await connectShim(path);
  const { shimPid } = await client.caller(TaskV3).connect({ id: 'abc' });
  process.kill(shimPid, 'SIGKILL');
  await until('the socket is dead', async () => !(await isAlive(path)));
  assert.ok(statSync(path).isSocket());
  assert.is(await bundle.start(sockets), path);
  const next = await connectShim(path);
  assert.is.not((await next.caller(TaskV3).connect({ id: 'abc' })).shimPid, shimPid);
  next.close();
});

starting('says what is wrong on standard error, prints nothing else and leaves nothing behind', async (context) => {
  const { bundle, sockets } = context;
  const input = BootstrapParams.encode({
    instanceId: 'abc',
    namespace: 'test',
    socketDir: join(sockets, 'x'.repeat(100)),
  });
  const { code, stdout, stderr } = await bundle.call('start', { input });
  assert.equal([code, stdout.length], [1, 0]);
  assert.match(stderr, /^containerd-shim-spin-v2: cannot listen on ".*": \d+ bytes, a socket takes 106\n$/);
  assert.is(await stat(join(bundle.directory, 'address')).catch(() => undefined), undefined);
});

starting('says so when the machine cannot do what SCHED_CORE asks for, or does it', async ({ bundle, sockets }) => {
  const input = BootstrapParams.encode({ instanceId: 'abc', namespace: 'test', socketDir: sockets });
  const { code, stdout, stderr } = await bundle.call('start', { input, environment: { SCHED_CORE: '1' } });
  if (code === 0) await bundle.socketPath();
  else assert.equal([code, stdout.length, /E[A-Z]+: .*prctl/.test(stderr)], [1, 0, true]);
});

starting.run();

const serving = inBundle('serve');

serving('answers both versions of the Task service, on any number of connections', async ({ bundle, sockets }) => {
  const path = await bundle.start(sockets);
  const [first, second] = await Promise.all([connectShim(path), connectShim(path)]);
  assert.is((await first.caller(TaskV2).connect({ id: 'abc' })).taskPid, 0);
  assert.is((await second.caller(TaskV3).connect({ id: 'abc' })).taskPid, 0);
  const error = await second
    .caller(TaskV3)
    .kill({ id: 'abc', signal: 9 })
    .catch((error: unknown) => error);
  assert.ok(hasCode(error, Code.NOT_FOUND));
  first.close();
  second.close();
  await Promise.all([first.closed, second.closed]);
  const third = await connectShim(path);
  await third.caller(TaskV3).connect({ id: 'abc' });
  third.close();
});

serving('answers Shutdown first, then removes its socket and ends', async ({ bundle, sockets }) => {
  const path = await bundle.start(sockets);
  const client = await connectShim(path);
  const { shimPid } = await client.caller(TaskV3).connect({ id: 'abc' });
  assert.equal(await client.caller(TaskV3).shutdown({ id: 'abc', now: true }), {});
  await client.closed;
  await untilEnded(shimPid);
  assert.is(await stat(path).catch(() => undefined), undefined);
});

serving('ends in order on SIGTERM', async ({ bundle, sockets }) => {
  const path = await bundle.start(sockets);
  const client = await connectShim(path);
  const { shimPid } = await client.caller(TaskV3).connect({ id: 'abc' });
  process.kill(shimPid, 'SIGTERM');
  await client.closed;
  await untilEnded(shimPid);
  assert.is(await stat(path).catch(() => undefined), undefined);
});

serving('logs to the FIFO of its bundle', async ({ bundle, sockets }) => {
  const fifo = join(bundle.directory, 'log');
  await mustRun('mkfifo', [fifo]);
  const reader = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
  const input = BootstrapParams.encode({ instanceId: 'abc', namespace: 'test', socketDir: sockets });
  await bundle.call('start', { input, flags: ['-debug'] });
  await bundle.socketPath();
  const bytes = Buffer.alloc(4096);
  const line = await until('a line in the log', () => bytes.toString('utf8', 0, readSync(reader, bytes)));
  assert.match(
    line,
    /^time="[^"]+" level=debug msg="serving" runtime=io\.containerd\.spin\.v2 namespace=test id=abc socket=/,
  );
  closeSync(reader);
});

serving.run();

const deleting = inBundle('delete');

deleting(
  'removes the socket of a dead shim, reports a killed process and is silent, however often',
  async (context) => {
    const { bundle, sockets } = context;
    const path = await bundle.start(sockets);
    const client = await connectShim(path);
    const { shimPid } = await client.caller(TaskV3).connect({ id: 'abc' });
    process.kill(shimPid, 'SIGKILL');
    await client.closed;
    for (const _ of ['first', 'second']) {
      const { code, stdout, stderr } = await bundle.call('delete', { flags: ['-bundle', bundle.directory] });
      assert.equal([code, stderr], [0, '']);
      assert.is(DeleteResponse.decode(stdout).exitStatus, 137);
      assert.is(await stat(path).catch(() => undefined), undefined);
    }
  },
);

deleting('leaves the socket of a shim that is alive', async ({ bundle, sockets }) => {
  const path = await bundle.start(sockets);
  await bundle.call('delete', { flags: ['-bundle', bundle.directory] });
  assert.ok(await isAlive(path));
});

deleting.run();
