// What becomes of the others when one guest takes too much, in a worker that serves.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { AllowedHost } from '../gen/runtime.ts';
import { until } from '../testing/until.ts';
import { RawConnection, requestText } from '../trigger/http/testing/raw-connection.ts';
import { createAppPlan, createComponentPlan, createRoute, readComponent } from './testing/prepared-app.ts';
import { startTestWorker, type TestWorker } from './testing/running-worker.ts';

const plan = createAppPlan([createComponentPlan('hello')], [createRoute('hello')]);
const hello = await readComponent('hello-c/hello.wasm');

async function onWorker(
  environment: Record<string, string>,
  use: (worker: TestWorker) => Promise<void>,
): Promise<void> {
  const worker = await startTestWorker(plan, { hello }, { environment });
  try {
    await use(worker);
  } finally {
    await worker.stop();
  }
}

async function ask(port: number, path: string): Promise<RawConnection> {
  const connection = await RawConnection.open(port);
  connection.send(requestText('GET', path));
  return connection;
}

async function statusOf(port: number, path: string): Promise<number> {
  await using connection = await ask(port, path);
  return (await connection.readAnswer()).status;
}

const processorTime = suite('SPIN_MAX_PROCESSOR_SECONDS');

processorTime(
  'ends a guest that loops with 504, those it shared its thread with get 503, and the worker serves on',
  () =>
    onWorker({ SPIN_MAX_PROCESSOR_SECONDS: '0.3' }, async ({ port, logged }) => {
      await using sleeping = await ask(port, '/sleep/60000');
      assert.is(await statusOf(port, '/hello'), 200);
      assert.is(await statusOf(port, '/loop'), 504);
      assert.is((await sleeping.readAnswer()).status, 503);
      assert.ok(
        logged.some((line) =>
          /component "hello" held its thread for more than 0\.3 s .* 2 answered with 504 or 503/.test(line),
        ),
        logged.join('\n'),
      );
      for (let round = 0; round < 20; round++) assert.is(await statusOf(port, '/hello'), 200);
    }),
);

processorTime('answers 504 also where the guest that loops was called by the app itself', async () => {
  const allowedOutboundHosts: AllowedHost[] = [{ tag: 'rule', val: { host: { tag: 'any' }, port: { tag: 'any' } } }];
  const front = createComponentPlan('front', { allowedOutboundHosts });
  const calling = createAppPlan([front], [createRoute('front')]);
  const environment = { SPIN_MAX_PROCESSOR_SECONDS: '0.3' };
  const { port, stop } = await startTestWorker(calling, { front: hello }, { environment });
  try {
    assert.is(await statusOf(port, '/fetch?http://self.alt/loop'), 504);
    assert.is(await statusOf(port, '/fetch?http://self.alt/hello'), 200);
  } finally {
    await stop();
  }
});

processorTime('ends one after another, as often as it must', () =>
  onWorker({ SPIN_MAX_PROCESSOR_SECONDS: '0.1' }, async ({ port }) => {
    for (let round = 0; round < 5; round++) {
      assert.is(await statusOf(port, '/loop'), 504);
      assert.is(await statusOf(port, '/sleep/1'), 200);
    }
  }),
);

processorTime('does not count the time that a guest waits', () =>
  onWorker({ SPIN_MAX_PROCESSOR_SECONDS: '0.1' }, async ({ port }) => {
    assert.is(await statusOf(port, '/sleep/400'), 200);
  }),
);

const instanceCount = suite('SPIN_MAX_INSTANCE_COUNT');

instanceCount('lets requests wait for an instance, and answers all', () =>
  onWorker({ SPIN_MAX_INSTANCE_COUNT: '2' }, async ({ port }) => {
    await using first = await ask(port, '/hang');
    await using second = await ask(port, '/hang');
    await using third = await ask(port, '/hello');
    let isAnswered = false;
    const answer = third.readAnswer().then(({ status }) => {
      isAnswered = true;
      return status;
    });
    assert.is(await statusOf(port, '/.well-known/spin/health'), 200);
    assert.is(isAnswered, false);
    await first[Symbol.asyncDispose]();
    assert.is(await answer, 200);
    await second[Symbol.asyncDispose]();
    await until('room', async () => (await statusOf(port, '/hello')) === 200);
  }),
);

const reuse = suite('SPIN_MAX_INSTANCE_REUSE_COUNT');

async function bodyOf(port: number, path: string): Promise<string> {
  await using connection = await ask(port, path);
  return (await connection.readAnswer()).body;
}

reuse('lets so many requests share an instance, and the next one see a pristine one', () =>
  onWorker({ SPIN_MAX_INSTANCE_REUSE_COUNT: '3' }, async ({ port }) => {
    const counts: string[] = [];
    for (let round = 0; round < 5; round++) counts.push((await bodyOf(port, '/count')).trim());
    assert.equal(counts, ['1', '2', '3', '1', '2']);
  }),
);

reuse('is off unless asked for', () =>
  onWorker({}, async ({ port }) => {
    assert.is(await bodyOf(port, '/count'), await bodyOf(port, '/count'));
  }),
);

processorTime.run();
instanceCount.run();
reuse.run();
