import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { WaitResult } from '../ffi/child.ts';
import { until } from '../testing/until.ts';
import { Reaper } from './reaper.ts';

/** A machine with children of which a test decides when they end. */
function createMachine() {
  const children = new Map<number, WaitResult>();
  const reaped: number[] = [];
  const peeks: number[] = [];
  const waitPid = (pid: number): WaitResult => {
    const result = children.get(pid) ?? 'unknown';
    if (result !== 'running' && result !== 'unknown') {
      children.delete(pid);
      reaped.push(pid);
    }
    return result;
  };
  const peekZombie = () => {
    peeks.push([...children].find(([, result]) => result !== 'running')?.[0] ?? 0);
    return peeks.at(-1) ?? 0;
  };
  const reaper = new Reaper({ waitPid, peekZombie, now: () => 7000, orphanMs: 1 });
  return { children, reaped, peeks, reaper };
}

const reaping = suite('Reaper');

reaping('resolves with the exit of a child when it is told to look', async () => {
  const { children, reaper } = createMachine();
  children.set(10, 'running');
  const ended = reaper.watch(10);
  reaper.sweep();
  children.set(10, { code: 4 });
  reaper.sweep();
  assert.equal(await ended, { status: 4, atMs: 7000 });
});

reaping('resolves at once for a child that has ended already', async () => {
  const { children, reaper } = createMachine();
  children.set(10, { signal: 9 });
  assert.equal(await reaper.watch(10), { status: 137, atMs: 7000 });
});

reaping('resolves with an unknown exit for what is not a child', async () => {
  const { reaper } = createMachine();
  assert.equal(await reaper.watch(10), { status: 255, atMs: 7000 });
});

reaping('reaps an orphan, but only when it was seen twice', async () => {
  const { children, reaped, reaper } = createMachine();
  children.set(20, { code: 0 });
  reaper.sweep();
  assert.equal(reaped, []);
  await until('the orphan is reaped', () => reaped.includes(20));
});

reaping('reaps no orphan while a process is being made', async () => {
  const { children, reaped, peeks, reaper } = createMachine();
  const hold = reaper.hold();
  children.set(20, { code: 0 });
  reaper.sweep();
  await until('the orphan was seen several times', () => peeks.length > 3);
  assert.equal(reaped, []);
  hold[Symbol.dispose]();
  await until('the orphan is reaped', () => reaped.includes(20));
});

reaping('leaves an ended child to those who watch it later', async () => {
  const { children, reaped, reaper } = createMachine();
  children.set(20, { code: 0 });
  reaper.sweep();
  assert.equal(await reaper.watch(20), { status: 0, atMs: 7000 });
  assert.equal(reaped, [20]);
});

reaping.run();
