import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { RequestLimit } from './request-limit.ts';

const limit = suite('RequestLimit');

/** Enters requests by name and notes which have started. */
function open(max: number) {
  const started: string[] = [];
  const shared = new RequestLimit(max);
  return { started, enter: (name: string) => shared.enter(() => started.push(name)) };
}

limit('starts as many as it says, and the others in their order', () => {
  const { started, enter } = open(2);
  const [a, b] = ['a', 'b', 'c', 'd'].map(enter);
  assert.equal(started, ['a', 'b']);
  b?.leave();
  assert.equal(started, ['a', 'b', 'c']);
  a?.leave();
  assert.equal(started, ['a', 'b', 'c', 'd']);
});

limit('counts a place that is left twice once', () => {
  const { started, enter } = open(1);
  const a = enter('a');
  a.leave();
  a.leave();
  enter('b');
  enter('c');
  assert.equal(started, ['a', 'b']);
});

limit('forgets who gives up waiting', () => {
  const { started, enter } = open(1);
  const [a, b] = ['a', 'b', 'c'].map(enter);
  b?.leave();
  a?.leave();
  assert.equal(started, ['a', 'c']);
});

limit.run();
