import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Diagnostics } from './diagnostics.ts';
import { TableReader } from './reader.ts';
import { parseToml } from './toml.ts';

const reader = suite('TableReader');

function open(text: string): { table: TableReader; list: () => string[] } {
  const diagnostics = new Diagnostics('f');
  const table = parseToml(text, diagnostics);
  assert.ok(table);
  const list = () =>
    (['error', 'warning'] as const).flatMap((severity) =>
      diagnostics.list(severity).map(({ line, column, message, fix }) => `${line}:${column} ${message} | ${fix}`),
    );
  return { table: new TableReader(table, diagnostics), list };
}

reader('reads each type', () => {
  const { table, list } = open('s = "x"\nb = true\ni = 2\nl = ["a", "b"]\nm = { k = "v" }\n[c]\nd = 1');
  assert.is(table.string('s')?.value, 'x');
  assert.is(table.boolean('b')?.value, true);
  assert.is(table.integer('i')?.value, 2n);
  assert.equal(
    table.strings('l').map(({ value }) => value),
    ['a', 'b'],
  );
  assert.is(table.stringMap('m').get('k')?.value.value, 'v');
  const child = table.child('c');
  assert.is(child?.integer('d')?.value, 1n);
  child?.finish();
  table.finish();
  assert.equal(list(), []);
});

reader('gives nothing for absent fields', () => {
  const { table, list } = open('');
  assert.equal([table.string('a'), table.child('a'), table.has('a')], [undefined, undefined, false]);
  assert.equal([table.strings('a'), [...table.entries('a')]], [[], []]);
  assert.equal(list(), []);
});

const mismatches: [text: string, read: (table: TableReader) => unknown, message: string][] = [
  ['a = 1', (table) => table.string('a'), 'expected a string, found an integer | write a text in quotes'],
  ['a = "x"', (table) => table.boolean('a'), 'expected true or false, found a string | write `true` or `false`,'],
  ['a = 1.5', (table) => table.integer('a'), 'expected an integer, found a number | write a whole number'],
  ['a = {}', (table) => table.strings('a'), 'expected an array, found a table | write a list in brackets'],
  ['a = [1]', (table) => table.strings('a'), 'expected a string, found an integer'],
  ['a = []', (table) => table.child('a'), 'expected a table, found an array | write a table in braces'],
  ['a = { b = 1979-05-27 }', (table) => table.stringMap('a'), 'expected a string, found a date'],
];
for (const [text, read, message] of mismatches) {
  reader(`notes a wrong type: ${message}`, () => {
    const { table, list } = open(text);
    read(table);
    assert.equal(list().length, 1);
    assert.ok(list()[0]?.includes(message));
  });
}

reader('notes a required field that is missing', () => {
  const { table, list } = open('b = 1');
  assert.is(table.required('a'), undefined);
  assert.is(table.required('c', 'do this'), undefined);
  assert.equal(list(), ['1:1 missing field `a` | add `a`', '1:1 missing field `c` | do this']);
});

reader('refuses fields that nobody asked for, and names a near one', () => {
  const { table, list } = open('componet = 1\nzzz = 2\nrouter = 3\nroot = 4');
  table.string('component');
  table.string('route');
  table.finish();
  assert.equal(list(), [
    '1:1 unknown field `componet` | did you mean `component`?',
    '2:1 unknown field `zzz` | remove it; known here: component, route',
    '3:1 unknown field `router` | did you mean `route`?',
    '4:1 unknown field `root` | remove it; known here: component, route',
  ]);
});

reader('knows fields that were ignored, and only warns when asked to', () => {
  const { table, list } = open('a = 1\nb = 2');
  table.ignore('a');
  table.finish('warning');
  assert.equal(list(), ['2:1 unknown field `b` | remove it; known here: a']);
  assert.is(table.diagnostics.hasErrors, false);
});

reader.run();
