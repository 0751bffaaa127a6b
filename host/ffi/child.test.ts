import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../testing/until.ts';
import { becomeChildSubreaper, parseWaitStatus, peekZombie, waitPid } from './child.ts';

/** A process without its parent, that goes on when it is told to. */
type Orphan = { readonly pid: number; readonly release: () => void };

async function startOrphan(script: string): Promise<Orphan> {
  const waiting = `sh -c 'read line <&3; ${script}' >/dev/null 2>&1 & echo $!`;
  const child = spawn('sh', ['-c', waiting], { stdio: ['ignore', 'pipe', 'ignore', 'pipe'] });
  const [[text]] = await Promise.all([
    once(child.stdout as Readable, 'data') as Promise<[Buffer]>,
    once(child, 'exit'),
  ]);
  return { pid: Number(text.toString()), release: () => (child.stdio[3] as Writable).end() };
}

function untilEnded(pid: number): Promise<unknown> {
  return until('the orphan ends', () => {
    const found = waitPid(pid);
    return found !== 'running' && found;
  });
}

const children = suite('waitPid');

children.before(() => becomeChildSubreaper());

children('becomes the parent of orphans and learns how they ended', async () => {
  const { pid, release } = await startOrphan('exit 7');
  assert.is(waitPid(pid), 'running');
  release();
  assert.equal(await untilEnded(pid), { code: 7 });
});

children('tells which signal ended a process', async () => {
  const { pid } = await startOrphan('exit 0');
  process.kill(pid, 'SIGKILL');
  assert.equal(await untilEnded(pid), { signal: 9 });
});

children('knows nothing of processes that are not its children, or of no process', () => {
  assert.is(waitPid(1), 'unknown');
  assert.is(waitPid(0), 'unknown');
  assert.is(waitPid(-1), 'unknown');
});

children.run();

const zombies = suite('peekZombie');

zombies('names an ended child without reaping it', async () => {
  const { pid, release } = await startOrphan('exit 0');
  assert.is(peekZombie(), 0);
  release();
  await until('the zombie is there', () => peekZombie() === pid);
  assert.match(readFileSync(`/proc/${pid}/stat`, 'utf8'), /\) Z /);
  assert.equal(waitPid(pid), { code: 0 });
  assert.is(peekZombie(), 0);
});

zombies.run();

const words = suite('parseWaitStatus');

const table: readonly (readonly [number, object])[] = [
  [0x0000, { code: 0 }],
  [0x0300, { code: 3 }],
  [0xff00, { code: 255 }],
  [0x0009, { signal: 9 }],
  [0x008b, { signal: 11 }],
];
for (const [word, expected] of table) {
  words(`decodes 0x${word.toString(16)} as ${JSON.stringify(expected)}`, () => {
    assert.equal(parseWaitStatus(word), expected);
  });
}

words.run();
