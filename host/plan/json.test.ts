import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { formatJson, parseJson } from './json.ts';

const json = suite('formatJson');

json('brings bytes back as bytes, wherever they are', () => {
  const value = { a: Uint8Array.of(1, 2, 255), b: [new Uint8Array(), { c: Uint8Array.of(0) }], d: 'x', e: null };
  assert.equal(parseJson(formatJson(value)), value);
});

json('leaves out what is undefined', () => assert.is(formatJson({ a: undefined, b: 1 }), '{"b":1}'));

json('throws on what is not JSON', () => assert.throws(() => parseJson('{'), SyntaxError));

json.run();
