import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isCompatible, isVersion, isVersionRange } from './version.ts';

const versions = suite('isVersion');
for (const text of ['0.0.0', '1.2.3', '1.2.3-rc.1', '1.2.3-rc.1+build', '1.2.3+b', '10.20.30']) {
  versions(`takes ${text}`, () => assert.ok(isVersion(text)));
}
for (const text of ['', '1', '1.2', 'v1.2.3', '01.2.3', '1.2.3-', '1.2.3 ', '1.2.3.4', '^1.2.3', '*']) {
  versions(`refuses ${JSON.stringify(text)}`, () => assert.not(isVersion(text)));
}
versions.run();

const ranges = suite('isVersionRange');
for (const text of [
  '*',
  '1',
  '1.2',
  '1.2.3',
  '^1.2.3',
  '~0.1',
  '>= 0.1.0',
  '>=0.1, <0.3',
  '=1.2.3-rc.1',
  '1.*',
  '1.2.x',
  '1.*.*',
]) {
  ranges(`takes ${text}`, () => assert.ok(isVersionRange(text)));
}
for (const text of ['', ',', '1,', 'latest', '1.*.2', '=>1', '> ', '1.2.3.4', '1 2']) {
  ranges(`refuses ${JSON.stringify(text)}`, () => assert.not(isVersionRange(text)));
}
ranges.run();

const compatible = suite('isCompatible');
for (const [a, b, is] of [
  ['1.2.3', '1.9.0', true],
  ['1.0.0', '2.0.0', false],
  ['0.2.0', '0.2.9', true],
  ['0.2.0', '0.3.0', false],
  ['0.0.1', '0.0.1+build', true],
  ['0.0.1', '0.0.2', false],
  ['1.0.0-rc.1', '1.0.0-rc.2', false],
  ['1.0.0-rc.1', '1.0.0', false],
] as const) {
  compatible(`says of ${a} and ${b}: ${is}`, () => assert.is(isCompatible(a, b), is));
}
compatible.run();
