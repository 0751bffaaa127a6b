import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { insecure, insecureSeed, random } from './random.ts';

const bytes = suite('random');

for (const length of [0, 1, 65_536, 65_537, 200_000]) {
  bytes(`gives ${length} bytes`, () => assert.is(random.getRandomBytes(BigInt(length)).length, length));
}

bytes('fills every part of a long request', () => {
  const made = random.getRandomBytes(200_000n);
  for (const start of [0, 65_536, 131_072, 196_608]) {
    assert.ok(
      made.subarray(start, start + 32).some((byte) => byte !== 0),
      String(start),
    );
  }
});

bytes('traps on more than 64 MiB at once', () => assert.throws(() => random.getRandomBytes(2n ** 40n), RangeError));

bytes('gives numbers of 64 bits that differ', () => {
  assert.not.equal(random.getRandomU64(), random.getRandomU64());
  assert.not.equal(insecure.getInsecureRandomU64(), insecure.getInsecureRandomU64());
  const [first, second] = insecureSeed.insecureSeed();
  assert.not.equal(first, second);
});

bytes.run();
