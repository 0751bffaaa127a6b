import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { identifyProcess, isRunning } from './identity.ts';

const identity = suite('isRunning');

identity('tells a process from a later one with its pid', async () => {
  const own = await identifyProcess(process.pid);
  assert.ok(own);
  assert.ok(await isRunning(own));
  assert.not.ok(await isRunning({ ...own, startTime: '1' }));
});

identity('knows that a process has ended', async () => {
  const child = spawn('sleep', ['1000']);
  const running = await identifyProcess(child.pid ?? 0);
  assert.ok(running);
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.not.ok(await isRunning(running));
  assert.is(await identifyProcess(child.pid ?? 0), null);
});

identity.run();
