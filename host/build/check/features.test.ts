import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findFeatureFaults } from './features.ts';

const files: Readonly<Record<string, string>> = {
  'a.test.ts': `test('works well', () => {});\ntest(\`counts to \${n} and on\`, () => {});`,
  'a.ts': "'works well'",
};

/** The faults of a table with one row. */
function check(row: string): string[] {
  const readme = `# Name\n\n## What works\n\n| Feature | State | Note | Shown by |\n|---|---|---|---|\n| **Area** | | | |\n${row}\n\n## More\n\n| x |\n`;
  return findFeatureFaults(readme, (path) => files[path]);
}

const features = suite('findFeatureFaults');

features('takes rows of each state whose tests are there', () => {
  assert.equal(check('| It | yes | | [works well](a.test.ts) |'), []);
  assert.equal(check('| It | partly | up to ten | [works well](a.test.ts), [counts to … and on](a.test.ts) |'), []);
  assert.equal(check('| It | no | later | [works well](a.test.ts) |'), []);
});

const faults: [why: string, row: string, fault: string][] = [
  ['another state', '| It | perhaps | | [works well](a.test.ts) |', 'has the state "perhaps": yes, partly, no'],
  ['half a truth', '| It | partly | | [works well](a.test.ts) |', 'works partly and does not say how'],
  ['a row without a test', '| It | yes | | |', 'names no test'],
  ['a file that is no test', '| It | yes | | [works well](a.ts) |', 'names a.ts, which is no test'],
  [
    'a test that is not there',
    '| It | yes | | [works](a.test.ts) |',
    'names a test that a.test.ts does not have: works',
  ],
  [
    'a file that is not there',
    '| It | yes | | [works well](b.test.ts) |',
    'names a test that b.test.ts does not have: works well',
  ],
];
for (const [why, row, fault] of faults) {
  features(`finds ${why}`, () => assert.equal(check(row), [`README.md: It: ${fault}`]));
}

features('misses the table', () => {
  assert.equal(
    findFeatureFaults('# Name', () => ''),
    ['README.md: has no table below "## What works"'],
  );
});

features.run();
