import { createHash } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sha256 } from './sha256.ts';

const digest = suite('sha256');

digest('is what Node computes, for texts of every length around the ends of a block', () => {
  for (let length = 0; length <= 200; length++) {
    const text = 'ä/default/'.repeat(20).slice(0, length);
    assert.is(sha256(text), createHash('sha256').update(text).digest('hex'), `${length} characters`);
  }
});

digest.run();
