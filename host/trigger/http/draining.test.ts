// How serving ends: what is under way is finished, what nobody waits for is given up, nothing new is taken.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createAppPlan, createComponentPlan, createRoute, readComponent } from '../../worker/testing/prepared-app.ts';
import { startTestWorker, type TestWorker } from '../../worker/testing/running-worker.ts';
import { exchange, RawConnection, requestText } from './testing/raw-connection.ts';

const hello = await readComponent('hello-c/hello.wasm');
const draining = suite('drain');

/** Runs a test with a worker of its own. */
async function withWorker(use: (worker: TestWorker) => Promise<void>): Promise<void> {
  const plan = createAppPlan([createComponentPlan('hello')], [createRoute('hello')]);
  const worker = await startTestWorker(plan, { hello });
  try {
    await use(worker);
  } finally {
    await worker.stop();
  }
}

draining('finishes what is under way and takes no more', () =>
  withWorker(async (worker) => {
    await using busy = await RawConnection.open(worker.port);
    busy.send(requestText('GET', '/sleep/200'));
    await exchange(worker.port, requestText('GET', '/hello'));
    const drained = worker.drain();
    const refused = await RawConnection.open(worker.port).catch((error: NodeJS.ErrnoException) => error.code);
    assert.is(refused, 'ECONNREFUSED');
    assert.is((await busy.readAnswer()).body, 'awake\n');
    assert.is(await busy.readToEnd(), '');
    await drained;
  }),
);

draining('closes connections that wait for a next request', () =>
  withWorker(async (worker) => {
    await using idle = await RawConnection.open(worker.port);
    idle.send(requestText('GET', '/hello'));
    await idle.readAnswer();
    await worker.drain();
    assert.is(await idle.readToEnd(), '');
  }),
);

draining('does not wait for work that no client waits for', () =>
  withWorker(async (worker) => {
    const gone = await RawConnection.open(worker.port);
    gone.send(requestText('GET', '/hang'));
    await exchange(worker.port, requestText('GET', '/hello'));
    await gone[Symbol.asyncDispose]();
    await worker.drain();
  }),
);

draining('cuts off what is still under way when it is closed', () =>
  withWorker(async (worker) => {
    await using stuck = await RawConnection.open(worker.port);
    stuck.send(requestText('GET', '/hang'));
    await exchange(worker.port, requestText('GET', '/hello'));
    const drained = worker.drain();
    worker.close();
    assert.is(await stuck.readToEnd(), '');
    await drained;
  }),
);

draining.run();
