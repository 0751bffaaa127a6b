import { execFile, execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { adjustOomScore, openLog, readAddress, readAnnotations, removeFile, writeAddress } from './files.ts';

const files = suite<{ bundle: string }>('files of a bundle');

files.before.each(async (context) => {
  context.bundle = await mkdtemp(join(tmpdir(), 'bundle-'));
});
files.after.each((context) => rm(context.bundle, { recursive: true }));

files('has the annotations of config.json, and none without that file', async ({ bundle }) => {
  assert.is(readAnnotations(bundle), undefined);
  await writeFile(join(bundle, 'config.json'), '{"annotations":{"a":"b"}}');
  assert.equal(readAnnotations(bundle), { a: 'b' });
});

files('refuses a config.json that does not parse', async ({ bundle }) => {
  await writeFile(join(bundle, 'config.json'), '{');
  assert.throws(() => readAnnotations(bundle), SyntaxError);
});

files('keeps the address as it was written', ({ bundle }) => {
  assert.is(readAddress(bundle), undefined);
  writeAddress(bundle, 'unix:///s');
  assert.is(readAddress(bundle), 'unix:///s');
});

files('removes a file once and does not mind the second time', ({ bundle }) => {
  writeAddress(bundle, 'a');
  removeFile(join(bundle, 'address'));
  removeFile(join(bundle, 'address'));
  assert.is(readAddress(bundle), undefined);
});

files('opens the log only while somebody reads it, and never blocks', ({ bundle }) => {
  assert.is(openLog(bundle), undefined);
  execFileSync('mkfifo', [join(bundle, 'log')]);
  assert.is(openLog(bundle), undefined);
  const reader = openSync(join(bundle, 'log'), constants.O_RDWR | constants.O_NONBLOCK);
  const log = openLog(bundle);
  assert.type(log, 'number');
  writeSync(log as number, 'line');
  const bytes = Buffer.alloc(8);
  assert.is(bytes.toString('utf8', 0, readSync(reader, bytes)), 'line');
  closeSync(log as number);
  closeSync(reader);
});

files.run();

const score = suite('adjustOomScore');

score('makes another process likelier to be killed than this one', async () => {
  const child = execFile('cat');
  adjustOomScore(child.pid ?? 0);
  const own = Number(await readFile('/proc/self/oom_score_adj', 'utf8'));
  assert.is(Number(await readFile(`/proc/${child.pid}/oom_score_adj`, 'utf8')), Math.min(own + 1, 1000));
  child.stdin?.end();
});

score.run();
