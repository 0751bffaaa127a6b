import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { OciRuntime } from '../oci/runtime.ts';
import { OciBundle } from '../testing/oci-bundle.ts';
import { until } from '../testing/until.ts';
import { parseEndpoint } from './endpoint.ts';
import { openStreams } from './open.ts';
import { ConsoleSocket, Terminal } from './terminal.ts';

type Container = {
  bundle: OciBundle;
  runtime: OciRuntime;
  run: (script: string, stdin: string, stdout: string) => Promise<Terminal>;
};

const terminals = suite<Container>('Terminal');

terminals.before.each(async (context) => {
  const bundle = await OciBundle.open();
  const options = { binary: 'runc', root: join(bundle.root, 'state'), systemdCgroup: false };
  context.bundle = bundle;
  context.runtime = new OciRuntime(options, bundle.bundle, process.env);
  context.run = async (script, stdin, stdout) => {
    await bundle.change({ root: { path: bundle.image }, process: { ...bundle.spec.process, terminal: true } });
    await bundle.setScript(script);
    const endpoints = { stdin: parseEndpoint(stdin), stdout: parseEndpoint(stdout), stderr: parseEndpoint('') };
    const streams = await openStreams(
      { ...endpoints, hasTerminal: true },
      { id: bundle.mark, namespace: 'test', user: null },
    );
    const socket = await ConsoleSocket.listen(join(bundle.root, 'tty/console'));
    const pidFile = join(bundle.root, 'pid');
    const rest = { preservedDescriptors: 0, noPivotRoot: false, noNewKeyring: false };
    const create = { bundle: bundle.bundle, pidFile, consoleSocket: socket.path, ...rest };
    await context.runtime.create(bundle.mark, create, ['ignore', 'ignore', 'ignore']);
    const terminal = new Terminal(await socket.receive(), streams);
    await socket.close();
    assert.not.ok(existsSync(socket.path));
    await context.runtime.start(bundle.mark);
    return terminal;
  };
});
terminals.after.each(async ({ bundle, runtime }) => {
  await runtime.delete(bundle.mark, true);
  await bundle.close();
});

terminals('copies what is typed to the process and what it writes to a file', async ({ bundle, run }) => {
  const [input, output] = [join(bundle.root, 'in'), join(bundle.root, 'out')];
  execFileSync('mkfifo', [input]);
  const terminal = await run('tty; read line; echo "got $line"', input, `file://${output}`);
  // Before anything is typed, whose echo could come in between.
  await until('the process has a terminal', () => /^\/dev\/(pts\/0|console)\r\n/.test(readFileSync(output, 'utf8')));
  await using writer = await open(input, 'w');
  await writer.writeFile('words\n');
  await until('the answer is there', () => readFileSync(output, 'utf8').includes('got words'));
  await terminal.close(AbortSignal.timeout(5000));
});

terminals('gives the reader of a FIFO all output, then the end', async ({ bundle, run }) => {
  const output = join(bundle.root, 'out');
  execFileSync('mkfifo', [output]);
  const reader = open(output, 'r').then((file) => file.readFile('utf8').finally(() => file.close()));
  const terminal = await run('for i in 1 2 3; do echo line $i; done', '', output);
  await terminal.close(AbortSignal.timeout(5000));
  assert.is(await reader, 'line 1\r\nline 2\r\nline 3\r\n');
});

terminals('has the size that it is given', async ({ bundle, run }) => {
  const output = join(bundle.root, 'out');
  const terminal = await run(
    'until [ "$(stty size 2>/dev/null)" = "33 99" ]; do sleep 0.02; done; stty size',
    '',
    `file://${output}`,
  );
  terminal.resize(99, 33);
  await until('the process has seen the size', () => readFileSync(output, 'utf8') === '33 99\r\n');
  await terminal.close(AbortSignal.timeout(5000));
});

terminals('gives up when the deadline comes, though something holds the terminal open', async ({ bundle, run }) => {
  const before = readdirSync('/proc/self/fd').length;
  const terminal = await run('sleep 1000', '', `file://${join(bundle.root, 'out')}`);
  await terminal.close(AbortSignal.abort());
  await until('everything is closed', () => readdirSync('/proc/self/fd').length <= before);
});

terminals.run();

const sockets = suite<{ bundle: OciBundle }>('ConsoleSocket');

sockets.before.each(async (context) => {
  context.bundle = await OciBundle.open();
});
sockets.after.each(({ bundle }) => bundle.close());

sockets('fails when what connects sends no terminal', async ({ bundle }) => {
  const socket = await ConsoleSocket.listen(join(bundle.root, 'console'));
  const peer = connect(socket.path);
  await once(peer, 'connect');
  const [message] = await Promise.all([socket.receive().catch((error: Error) => error.message), once(peer, 'close')]);
  assert.match(String(message), /EAGAIN|carries no descriptor/);
  await socket.close();
});

sockets.run();
