import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Diagnostics } from './diagnostics.ts';
import { parseJsonTable } from './json.ts';
import type { TomlValue } from './toml.ts';

const json = suite('parseJsonTable');

/** The value without its places. */
function plain(value: TomlValue): unknown {
  if (value.type === 'array') return value.items.map(plain);
  if (value.type !== 'table') return value.value;
  return Object.fromEntries([...value.entries].map(([name, entry]) => [name, plain(entry.value)]));
}

function errorOf(text: string): string {
  const diagnostics = new Diagnostics('f');
  assert.is(parseJsonTable(text, diagnostics), null);
  const [error] = diagnostics.list('error');
  return `${error?.line}:${error?.column} ${error?.message}`;
}

for (const text of [
  '{}',
  ' { "a" : [ ] , "b" : { "c" : [ true , false , { } ] } } ',
  '{"a":"\\u00fc\\n\\"ü","b":1.5,"c":-2e3,"":"x"}',
]) {
  json(`agrees with JSON.parse on ${text}`, () => {
    const table = parseJsonTable(text, new Diagnostics('f'));
    assert.equal(table && plain(table), JSON.parse(text));
  });
}

json('reads an integer exactly, and leaves a null out', () => {
  const table = parseJsonTable('{"a":12345678901234567890,"b":null}', new Diagnostics('f'));
  assert.equal(table && plain(table), { a: 12345678901234567890n });
});

json('knows where keys and values stand, and their fields', () => {
  const table = parseJsonTable('{\n  "a": [\n    {"b c": 1}]}', new Diagnostics('f'));
  const a = table?.entries.get('a');
  assert.equal(a?.key, { field: 'a', at: { line: 2, column: 3 } });
  const item = a?.value.type === 'array' && a.value.items[0];
  assert.ok(item && item.type === 'table');
  const { field, at } = item.entries.get('b c')?.value ?? {};
  assert.equal([item.field, field, at], ['a[0]', 'a[0]."b c"', { line: 3, column: 13 }]);
});

for (const [text, error] of [
  ['', '1:1 not valid JSON: expected a value'],
  ['[]', '1:1 expected a JSON object'],
  ['{"a":1,}', '1:8 not valid JSON: expected a string'],
  ['{"a" 1}', '1:6 not valid JSON: expected `:`'],
  ['{"a":[1 2]}', '1:9 not valid JSON: expected `,`'],
  ['{"a":01}', '1:8 not valid JSON: expected a value'],
  ['{"a":"\n"}', '1:6 not valid JSON: malformed string'],
  ['{"a":"', '1:6 not valid JSON: expected a string'],
  ['{"a":[null]}', '1:11 not valid JSON: null in an array'],
  ['{} x', '1:4 not valid JSON: something follows the value'],
  [`{"a":${'['.repeat(200)}`, '1:106 not valid JSON: nested too deep'],
] as const) {
  json(`refuses ${JSON.stringify(text.slice(0, 20))}`, () => assert.is(errorOf(text), error));
}

json.run();
