import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { selectVersion } from './version-range.ts';

const VERSIONS = [
  ...['0.0.1', '0.0.2', '0.1.0', '0.1.5', '0.2.0', '1.0.0-rc.1', '1.0.0-rc.2', '1.0.0-rc.10', '1.0.0', '1.2.0'],
  ...['1.2.3', '1.2.4', '1.10.0', '2.0.0-alpha', '2.0.0', '2.1.0+build', 'latest', 'v3.0.0', '1.2'],
];

const select = suite('selectVersion');

for (const [range, version] of [
  ['*', '2.1.0+build'],
  ['1', '1.10.0'],
  ['1.2', '1.10.0'],
  ['^1.2.3', '1.10.0'],
  ['1.2.*', '1.2.4'],
  ['1.*', '1.10.0'],
  ['~1.2.0', '1.2.4'],
  ['~1', '1.10.0'],
  ['=1.2.3', '1.2.3'],
  ['=1.2', '1.2.4'],
  ['>1.2.3, <1.10', '1.2.4'],
  ['>1.2', '2.1.0+build'],
  ['>1.2, <2', '1.10.0'],
  ['<=1.2', '1.2.4'],
  ['<=1.2.3', '1.2.3'],
  ['>=0.1.0, <0.2', '0.1.5'],
  ['0.1', '0.1.5'],
  ['0.0.1', '0.0.1'],
  ['0.0', '0.0.2'],
  ['0', '0.2.0'],
  ['=1.0.0-rc.1', '1.0.0-rc.1'],
  ['>=1.0.0-rc.1, <1.0.0', '1.0.0-rc.10'],
  ['2.0.0-alpha', '2.1.0+build'],
  ['>2.1', undefined],
  ['=0.3.0', undefined],
  ['>=1.0.0-beta, <1.0.0-rc', undefined],
] as const) {
  select(`chooses ${version} for ${range}`, () => assert.is(selectVersion(range, VERSIONS), version));
}

select.run();
