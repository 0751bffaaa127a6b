import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { distinctionOf, isExternName, isLabel } from './extern-name.ts';

const names = suite('names');

for (const name of ['a', 'a1', 'a-b', 'a-1', 'DNS-name', 'a-DNS', 'x0-y1-z2']) {
  names(`takes ${name} for a label`, () => assert.ok(isLabel(name)));
}
for (const name of ['', '-', 'a-', '-a', 'a--b', '1a', 'aB', 'Ab', 'a_b', '__proto__', 'a.b', 'é', 'a\n', '[a]']) {
  names(`takes ${JSON.stringify(name)} for no label`, () => assert.not(isLabel(name)));
}

const externs = [
  ...['run', '[constructor]fields', '[method]fields.get-all', '[static]fields.from-list', 'wasi:io/streams@0.2.3'],
  ...['wasi:http/incoming-handler@0.3.0-rc-2025-09-16', 'a:b', 'a:b:c/d/e', 'wasi:http/types@0.2.0-rc-2023-11-10'],
  ...['unlocked-dep=<a:b@{>=1.0.0 <2.0.0}>', 'locked-dep=<a:b@1.0.0>,integrity=<sha256-abc=>', 'url=<https://a.b/c>'],
];
for (const name of externs) names(`takes ${name} for an import or export`, () => assert.ok(isExternName(name)));
for (const name of [
  '',
  '[a]b',
  '[method]fields',
  '[constructor]a.b',
  'a:',
  ':a',
  'a/b',
  'a:b/',
  'a:b@',
  'a b',
  '[method]a.b.c',
]) {
  names(`takes ${JSON.stringify(name)} for no import or export`, () => assert.not(isExternName(name)));
}

names('tells names apart by what must differ', () => {
  assert.is(distinctionOf('Run'), distinctionOf('run'));
  assert.is(distinctionOf('[method]a.b'), distinctionOf('[static]a.b'));
  assert.is(distinctionOf('[method]a.a'), distinctionOf('a'));
  assert.is.not(distinctionOf('[constructor]a'), distinctionOf('a'));
  assert.is.not(distinctionOf('[method]a.b'), distinctionOf('[method]a.c'));
});

names.run();
