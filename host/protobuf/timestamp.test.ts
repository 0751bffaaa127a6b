import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { msFromTimestamp, timestampFromMs } from './timestamp.ts';

const conversion = suite('timestampFromMs and msFromTimestamp');

conversion('keep milliseconds', () => {
  assert.equal(timestampFromMs(1700000000123), { seconds: 1700000000n, nanos: 123_000_000 });
  assert.is(msFromTimestamp({ seconds: 1700000000n, nanos: 123_000_000 }), 1700000000123);
});

conversion('count nanoseconds upwards before 1970, too', () => {
  assert.equal(timestampFromMs(-1), { seconds: -1n, nanos: 999_000_000 });
  assert.is(msFromTimestamp({ seconds: -1n, nanos: 999_000_000 }), -1);
});

conversion.run();
