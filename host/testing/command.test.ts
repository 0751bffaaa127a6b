import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { mustRun, runCommand, startCommand } from './command.ts';
import { until } from './until.ts';

const running = suite('runCommand');

running('gives code, output and errors', async () => {
  const output = await runCommand('sh', ['-c', 'echo out; echo err >&2; exit 3']);
  assert.equal(output, { code: 3, stdout: 'out\n', stderr: 'err\n' });
});

running('gives a signal as a shell would', async () => {
  assert.is((await runCommand('sh', ['-c', 'kill -KILL $$'])).code, 137);
});

running('kills what takes too long', async () => {
  assert.is((await runCommand('sleep', ['1000'], { timeoutMs: 50 })).code, 137);
});

running('hands input and environment over', async () => {
  const { stdout } = await runCommand('sh', ['-c', 'cat; echo $NAME'], {
    input: 'in ',
    environment: { NAME: 'value' },
  });
  assert.is(stdout, 'in value\n');
});

running('rejects when there is no such program', async () => {
  const message = await runCommand('/absent/program', []).then(() => 'it ran', String);
  assert.match(message, 'ENOENT');
});

running.run();

const required = suite('mustRun');

required('rejects with the command, its code and what it said', async () => {
  const message = await mustRun('sh', ['-c', 'echo wrong >&2; exit 2']).then(() => 'it passed', String);
  assert.match(message, /sh -c .*: exit code 2: wrong/);
});

required.run();

const starting = suite('startCommand');

starting('gives what was written so far, and takes input meanwhile', async () => {
  const { child, written, ended } = startCommand('cat', []);
  child.stdin?.write('one\n');
  await until('it comes back', () => written() === 'one\n');
  child.stdin?.end('two\n');
  assert.equal(await ended, { code: 0, stdout: 'one\ntwo\n', stderr: '' });
});

starting.run();
