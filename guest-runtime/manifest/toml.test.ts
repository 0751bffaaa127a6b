import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Diagnostics } from './diagnostics.ts';
import { formatField, parseToml, type TomlValue } from './toml.ts';

const toml = suite('parseToml');

function parse(text: string): TomlValue {
  const diagnostics = new Diagnostics('file');
  const table = parseToml(text, diagnostics);
  assert.equal(diagnostics.list('error'), []);
  assert.ok(table);
  return table;
}

/** Every scalar of a tree as `line:column field = value`. */
function list(value: TomlValue): string[] {
  if (value.type === 'array') return value.items.flatMap(list);
  if (value.type === 'table') return [...value.entries.values()].flatMap((entry) => list(entry.value));
  return [`${value.at.line}:${value.at.column} ${value.field} = ${value.value} (${value.type})`];
}

toml('knows where each value stands', () => {
  const text = 'a = 1\nb.c = "x"\n[t]\nd = true\n[t.u]\ne = 1.5\n[[l]]\nf = 1979-05-27\n[[l]]\n"g h" = [1, "y"]';
  assert.equal(list(parse(text)), [
    '1:5 a = 1 (integer)',
    '2:7 b.c = x (string)',
    '4:5 t.d = true (boolean)',
    '6:5 t.u.e = 1.5 (float)',
    '8:5 l[0].f = 1979-05-27 (date)',
    '10:10 l[1]."g h"[0] = 1 (integer)',
    '10:13 l[1]."g h"[1] = y (string)',
  ]);
});

toml('merges dotted keys and tables into one tree', () => {
  assert.equal(list(parse('[a.b]\nc = 1\n[a]\nd = 2\ne.f = 3\ne.g = 4')).length, 4);
});

toml('enters the last item of an array of tables', () => {
  const text = '[[t]]\n[t.sub]\na = 1\n[[t]]\n[t.sub]\na = 2';
  assert.equal(list(parse(text)), ['3:5 t[0].sub.a = 1 (integer)', '6:5 t[1].sub.a = 2 (integer)']);
});

toml('reads inline tables with dotted keys', () => {
  assert.equal(list(parse('a = { b.c = 1, d = [{ e = 2 }] }')), [
    '1:13 a.b.c = 1 (integer)',
    '1:27 a.d[0].e = 2 (integer)',
  ]);
});

toml('keeps the place of a key beside that of its value', () => {
  const root = parse('[t]\n  key   = 1');
  const table = root.type === 'table' ? root.entries.get('t')?.value : undefined;
  const entry = table?.type === 'table' ? table.entries.get('key') : undefined;
  assert.equal(entry?.key, { field: 't.key', at: { line: 2, column: 3 } });
});

const broken: [why: string, text: string, line: number, column: number][] = [
  ['a missing value', 'a =\nb = 1', 2, 1],
  ['a key that is defined twice', 'a = 1\na = 2', 2, 1],
  ['a table that is defined twice', '[x]\n[x]', 2, 2],
  ['a table over a value', 'a = 1\n[a]', 2, 2],
  ['an unterminated string', 'a = "', 1, 6],
  ['an array that does not end', 'a = [1,', 1, 8],
];
for (const [why, text, line, column] of broken) {
  toml(`notes ${why}`, () => {
    const diagnostics = new Diagnostics('/spin.toml');
    assert.is(parseToml(text, diagnostics), null);
    const [first, second] = diagnostics.list('error');
    assert.equal([first?.file, first?.line, first?.column, second], ['/spin.toml', line, column, undefined]);
    assert.match(first?.message ?? '', /^not valid TOML: [a-z]/);
  });
}

toml.run();

const field = suite('formatField');
field('joins with a dot', () => assert.is(formatField('a.b', 'c-d_1'), 'a.b.c-d_1'));
field('starts without one', () => assert.is(formatField('', 'a'), 'a'));
field('quotes what is not bare', () => assert.is(formatField('a', 'x:y/z'), 'a."x:y/z"'));
field.run();
