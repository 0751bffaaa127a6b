import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createInstanceCount, tellInstances } from './instance-count.ts';

const counts = suite('tellInstances');

counts('adds up what all threads have, as each has told last', () => {
  const first = createInstanceCount();
  const second = createInstanceCount(first.all);
  assert.is(tellInstances(first, 3), 3);
  assert.is(tellInstances(second, 4), 7);
  assert.is(tellInstances(first, 1), 5);
  assert.is(tellInstances(second, 0), 1);
});

counts.run();
