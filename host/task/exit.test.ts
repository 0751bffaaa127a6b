import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { exitStatusOf } from './exit.ts';

const status = suite('exitStatusOf');

status('is the exit code, or 128 and the signal', () => {
  assert.is(exitStatusOf({ code: 0 }), 0);
  assert.is(exitStatusOf({ code: 3 }), 3);
  assert.is(exitStatusOf({ signal: 9 }), 137);
  assert.is(exitStatusOf({ signal: 15 }), 143);
});

status('is 255 when nobody saw the end', () => assert.is(exitStatusOf('unknown'), 255));

status.run();
