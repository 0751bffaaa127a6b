// A worker of more than one thread, as the process it is.

import { readdir, readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../testing/until.ts';
import { exchange, RawConnection, requestText } from '../trigger/http/testing/raw-connection.ts';
import { startHello, type WorkerProcess } from './testing/worker-process.ts';

/** Names that Node gives to the threads of JavaScript beside the first. */
const FURTHER_THREAD = 'WorkerThread';

async function countThreads({ child }: WorkerProcess): Promise<number> {
  const ids = await readdir(`/proc/${child.pid}/task`);
  const names = await Promise.all(
    ids.map((id) => readFile(`/proc/${child.pid}/task/${id}/comm`, 'utf8').catch(() => '')),
  );
  return names.filter((name) => name.startsWith(FURTHER_THREAD)).length;
}

/** Keeps the worker busy with what takes all of a processor, until `isDone`; every answer must be a success. */
async function load(port: number, isDone: () => Promise<boolean>): Promise<void> {
  let wasDone = false;
  const client = async () => {
    while (!wasDone) assert.is((await exchange(port, requestText('GET', '/allocate/64'))).status, 200);
  };
  const clients = Promise.all(Array.from({ length: 8 }, client));
  try {
    await until('the worker has as many threads as it should', isDone);
  } finally {
    wasDone = true;
    await clients;
  }
}

const threads = suite('runExecutor');
const isSingle = availableParallelism() === 1;

threads('serves beside the first thread once that is busy, and ends with it', async () => {
  await using worker = await startHello();
  const port = await worker.serving();
  assert.is(await countThreads(worker), 0);
  if (isSingle) return;
  await load(port, async () => (await countThreads(worker)) === 1);
  for (let round = 0; round < 10; round++) {
    assert.is((await exchange(port, requestText('GET', '/hello'))).body, 'Hello from C!\n');
  }
  worker.child.kill('SIGTERM');
  assert.is(await worker.exitCode(), 0);
  assert.is(worker.stderr, '');
});

threads('keeps a guest that computes without end from those on other threads', async () => {
  await using worker = await startHello({ SPIN_MAX_PROCESSOR_SECONDS: '2' });
  const port = await worker.serving();
  if (isSingle) return;
  await load(port, async () => (await countThreads(worker)) === 1);
  // Each thread has some of these.
  const [looping, ...others] = await Promise.all(Array.from({ length: 8 }, () => RawConnection.open(port)));
  try {
    for (const connection of [looping, ...others]) {
      connection?.send(requestText('GET', '/hello'));
      await connection?.readAnswer();
    }
    looping?.send(requestText('GET', '/loop'));
    for (const connection of others) connection.send(requestText('GET', '/hello'));
    assert.is((await Promise.any(others.map((connection) => connection.readAnswer()))).status, 200);
    assert.is(worker.stderr, '', 'the guest loops still');
    assert.is((await looping?.readAnswer())?.status, 504);
    await until('the log says why', () => worker.stderr.includes('held its thread'));
  } finally {
    for (const connection of [looping, ...others]) await connection?.[Symbol.asyncDispose]();
  }
});

threads.run();
