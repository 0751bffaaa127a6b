import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { graceSecondsOf, limitsOf } from './limits.ts';

const MEBIBYTE = 2 ** 20;
const limits = suite('limitsOf');

limits(
  'gives a guest 30 s of processor time, the worker 1,000 instances and idle ones 64 MiB, unless told otherwise',
  () => {
    assert.equal(limitsOf({}, null, 1, 1), {
      processorMs: 30_000,
      maxInstances: 1000,
      maxUses: 1,
      maxIdleBytes: 64 * MEBIBYTE,
      maxBusyBytes: null,
    });
  },
);

limits('takes what the environment says', () => {
  const { processorMs, maxInstances } = limitsOf(
    { SPIN_MAX_PROCESSOR_SECONDS: '0.5', SPIN_MAX_INSTANCE_COUNT: '7' },
    null,
    1,
    1,
  );
  assert.equal([processorMs, maxInstances], [500, 7]);
});

limits('lets guests compute for ever when told so, but never lets no instance be', () => {
  const { processorMs, maxInstances } = limitsOf(
    { SPIN_MAX_PROCESSOR_SECONDS: '0', SPIN_MAX_INSTANCE_COUNT: '0' },
    null,
    1,
    1,
  );
  assert.equal([processorMs, maxInstances], [null, 1]);
});

limits(
  'shares a quarter of the memory among the idle instances of all components, and three quarters among all',
  () => {
    const { maxIdleBytes, maxBusyBytes } = limitsOf({}, 128 * MEBIBYTE, 4, 1);
    assert.equal([maxIdleBytes, maxBusyBytes], [8 * MEBIBYTE, 96 * MEBIBYTE]);
    const shared = limitsOf({}, 128 * MEBIBYTE, 4, 2);
    assert.equal([shared.maxIdleBytes, shared.maxBusyBytes], [4 * MEBIBYTE, 96 * MEBIBYTE], 'on each of two threads');
  },
);

limits('names the variable that is no number', () => {
  assert.throws(
    () => limitsOf({ SPIN_MAX_INSTANCE_COUNT: 'many' }, null, 1, 1),
    'SPIN_MAX_INSTANCE_COUNT is "many", which is no number: give it one, or leave it out',
  );
});

limits('gives requests under way 25 s after SIGTERM, unless told otherwise', () => {
  assert.equal([graceSecondsOf({}), graceSecondsOf({ SPIN_SHUTDOWN_GRACE_SECONDS: '0.5' })], [25, 0.5]);
  assert.throws(
    () => graceSecondsOf({ SPIN_SHUTDOWN_GRACE_SECONDS: '5s' }),
    /GRACE_SECONDS is "5s", which is no number/,
  );
});

limits.run();
