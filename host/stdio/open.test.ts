import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  fstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../testing/until.ts';
import { StatusError } from '../ttrpc/status.ts';
import { parseEndpoint } from './endpoint.ts';
import { openStreams, type Streams } from './open.ts';

const owner = { id: 'container', namespace: 'test', user: null };

type Folder = { directory: string; fifo: (name: string) => string; descriptors: readonly string[] };

async function openFor(stdin: string, stdout: string, stderr: string): Promise<Streams> {
  const endpoints = { stdin: parseEndpoint(stdin), stdout: parseEndpoint(stdout), stderr: parseEndpoint(stderr) };
  return openStreams({ ...endpoints, hasTerminal: false }, owner);
}

/** Runs a script with the streams of a process, as the OCI runtime would, and gives its exit code. */
async function run(script: string, streams: Streams): Promise<number> {
  const child = spawn('sh', ['-c', script], { stdio: [...streams.descriptors] });
  const [[code]] = await Promise.all([once(child, 'exit') as Promise<[number]>, streams.release()]);
  return code;
}

const streams = suite<Folder>('openStreams');

streams.before.each((context) => {
  context.directory = mkdtempSync(join(tmpdir(), 'stdio-'));
  context.fifo = (name) => {
    execFileSync('mkfifo', [join(context.directory, name)]);
    return join(context.directory, name);
  };
});
streams.after.each(({ directory }) => rmSync(directory, { recursive: true }));

streams('gives the process /dev/null for what nobody wants', async () => {
  const opened = await openFor('', '', '');
  assert.equal(opened.descriptors, ['ignore', 'ignore', 'ignore']);
  await opened.close();
});

streams('gives the process the FIFO itself, and its reader the end when the process has ended', async ({ fifo }) => {
  const path = fifo('out');
  const opened = await openFor('', path, '');
  // Open before the last writer goes: afterwards an opening reader would wait for another.
  const reader = await open(path, 'r');
  assert.is(await run('echo text', opened), 0);
  await opened.close();
  assert.is(await reader.readFile('utf8'), 'text\n');
  await reader.close();
});

streams('gives pipes, and no file, to the user who may open them anew', async ({ fifo, directory }) => {
  const [stdin, stdout, file] = [parseEndpoint(fifo('in')), parseEndpoint(fifo('out')), join(directory, 'file')];
  const endpoints = { stdin, stdout, stderr: parseEndpoint(`file://${file}`), hasTerminal: false };
  const opened = await openStreams(endpoints, { ...owner, user: { uid: 1234, gid: 2345 } });
  const owners = opened.descriptors.map((descriptor) => {
    const { uid, gid } = fstatSync(Number(descriptor));
    return [uid, gid];
  });
  await opened.close();
  assert.equal(owners, [
    [1234, 2345],
    [1234, 2345],
    [0, 0],
  ]);
});

streams('lets the process write while nobody reads, and keeps what it wrote', async ({ fifo }) => {
  const path = fifo('out');
  const opened = await openFor('', path, '');
  const first = await open(path, 'r');
  await first.close();
  assert.is(await run('echo one; echo two', opened), 0);
  const reader = await open(path, 'r');
  await opened.close();
  assert.is(await reader.readFile('utf8'), 'one\ntwo\n');
  await reader.close();
});

streams('appends to a file, whose folders it makes', async ({ directory }) => {
  const path = join(directory, 'logs/deep/out.log');
  for (const word of ['one', 'two']) {
    const opened = await openFor('', `file://${path}`, `file://${path}`);
    await run(`echo ${word}; echo ${word} >&2`, opened);
    await opened.close();
  }
  assert.is(readFileSync(path, 'utf8'), 'one\none\ntwo\ntwo\n');
  assert.is(statSync(path).mode & 0o777, 0o644);
});

streams('gives the process what is written to its input, and the end when the last writer is gone', async (context) => {
  const input = context.fifo('in');
  const output = join(context.directory, 'out');
  const opened = await openFor(input, `file://${output}`, '');
  // The process reads before anybody has opened the FIFO for writing, and must not take that for the end.
  const ended = run('cat; echo end', opened);
  const writer = await open(input, 'w');
  await writer.writeFile('line\n');
  await until('the line has arrived', () => readFileSync(output, 'utf8') === 'line\n');
  await writer.close();
  assert.is(await ended, 0);
  assert.is(readFileSync(output, 'utf8'), 'line\nend\n');
  await opened.close();
});

streams('ends the input when it is told to, though a writer is there', async (context) => {
  const input = context.fifo('in');
  const opened = await openFor(input, '', '');
  const ended = run('cat', opened);
  const writer = await open(input, 'w');
  opened.closeStdin();
  assert.is(await ended, 0);
  await writer.close();
  await opened.close();
});

streams('survives a process that does not read its input', async (context) => {
  const input = context.fifo('in');
  const opened = await openFor(input, '', '');
  const writer = await open(input, 'w');
  assert.is(await run('exit 3', opened), 3);
  await writer.writeFile('x'.repeat(1000));
  await opened.close();
  await writer.close();
});

streams('names what it cannot open, and leaves nothing open', async (context) => {
  const before = readdirSync('/proc/self/fd').length;
  const missing = join(context.directory, 'missing');
  const error = await openFor(context.fifo('in'), missing, '').catch((reason: unknown) => reason);
  assert.instance(error, StatusError);
  assert.match((error as Error).message, missing);
  await until('everything is closed', () => readdirSync('/proc/self/fd').length <= before);
  assert.not.ok(existsSync(missing));
});

streams('refuses to read input from a file or to log errors alone', async ({ directory }) => {
  writeFileSync(join(directory, 'file'), '');
  const file = `file://${join(directory, 'file')}`;
  for (const [stdin, stderr, message] of [
    [file, '', /cannot use a file for standard input/],
    ['', 'binary:///bin/true', /cannot use a logger of its own for standard error output/],
  ] as const) {
    const error = await openFor(stdin, '', stderr).catch((reason: unknown) => reason);
    assert.match((error as Error).message, message);
  }
});

streams.run();
