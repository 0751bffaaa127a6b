// What becomes of the others when one guest takes too much, in a worker that serves.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseAllowedHost } from '../../guest-runtime/policy/allowed-host.ts';
import { until } from '../testing/until.ts';
import { RawConnection, requestText } from '../trigger/http/testing/raw-connection.ts';
import { createInstanceCount } from './instance-count.ts';
import { createAppPlan, createComponentPlan, createRoute, readComponent } from './testing/prepared-app.ts';
import { startTestWorker, type TestWorker } from './testing/running-worker.ts';

const hello = await readComponent('hello-c/hello.wasm');

const plan = createAppPlan([createComponentPlan('hello')], [createRoute('hello')]);

async function onWorker(
  environment: Record<string, string>,
  use: (worker: TestWorker) => Promise<void>,
  app = plan,
): Promise<void> {
  const worker = await startTestWorker(app, { hello }, { environment });
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

for (const times of [1, 2]) {
  processorTime(`answers 504 to whom a guest worked for that another one has called, ${times} deep`, async () => {
    const rule = parseAllowedHost('http://self');
    if ('message' in rule) throw new Error(rule.message);
    const caller = createComponentPlan('hello', { allowedOutboundHosts: [{ tag: 'rule', val: rule }] });
    const use = async ({ port }: TestWorker) => {
      await using sleeping = await ask(port, '/sleep/60000');
      assert.is(await statusOf(port, `${'/fetch?http://self.alt'.repeat(times)}/loop`), 504);
      assert.is((await sleeping.readAnswer()).status, 503);
    };
    await onWorker({ SPIN_MAX_PROCESSOR_SECONDS: '0.3' }, use, createAppPlan([caller], [createRoute('hello')]));
  });
}

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

instanceCount('counts the instances of all threads, of which each has one at any rate', async () => {
  const environment = { SPIN_MAX_INSTANCE_COUNT: '2' };
  const count = createInstanceCount();
  const first = await startTestWorker(plan, { hello }, { environment, instances: count });
  const second = await startTestWorker(plan, { hello }, { environment, instances: createInstanceCount(count.all) });
  try {
    await using one = await ask(first.port, '/hang');
    await using two = await ask(first.port, '/hang');
    await until(
      'the first has told',
      async () => (await statusOf(first.port, '/.well-known/spin/health')) === 200 && count.all[0] !== 0,
    );
    await using three = await ask(second.port, '/hang');
    await using four = await ask(second.port, '/hello');
    let isAnswered = false;
    const answer = four.readAnswer().then(({ status }) => {
      isAnswered = true;
      return status;
    });
    assert.is(await statusOf(second.port, '/.well-known/spin/health'), 200);
    assert.is(isAnswered, false);
    for (const hanging of [one, two]) await hanging[Symbol.asyncDispose]();
    assert.is(await answer, 200);
    await three[Symbol.asyncDispose]();
  } finally {
    await first.stop();
    await second.stop();
  }
});

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
