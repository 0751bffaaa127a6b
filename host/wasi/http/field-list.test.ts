import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hasField, pairsOf, valuesOf, withoutFields } from './field-list.ts';

const list = ['a', '1', 'b', 'a', 'a', '2'];

const values = suite('valuesOf');
values('gives every value of a name, in order', () => assert.equal(valuesOf(list, 'a'), ['1', '2']));
values('takes no value for a name', () => assert.equal(valuesOf(['x', 'a', 'y', 'b'], 'a'), []));
values.run();

const has = suite('hasField');
has('finds a name', () => assert.ok(hasField(list, 'b')));
has('takes no value for a name', () => assert.not.ok(hasField(['x', 'a'], 'a')));
has.run();

const without = suite('withoutFields');
without('leaves out every field of a name, and keeps the order', () =>
  assert.equal(
    withoutFields(list, (name) => name === 'a'),
    ['b', 'a'],
  ),
);
without.run();

const pairs = suite('pairsOf');
pairs('joins names and values', () =>
  assert.equal(pairsOf(list), [
    ['a', '1'],
    ['b', 'a'],
    ['a', '2'],
  ]),
);
pairs('makes nothing of nothing', () => assert.equal(pairsOf([]), []));
pairs.run();
