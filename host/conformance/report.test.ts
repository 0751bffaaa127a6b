import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compareCases, formatReport, listRegressions, parseReport } from './report.ts';

const spec = (name: string, state: string, message?: string) => ({
  LeafNodeType: 'It',
  LeafNodeText: `${name} [Conformance]`,
  ContainerHierarchyTexts: ['[k8s.io] Pod'],
  State: state,
  ...(message === undefined ? {} : { Failure: { Message: message } }),
});
const encode = (...specs: readonly object[]) => JSON.stringify([{ SpecReports: specs }]);

const parsing = suite('parseReport');

parsing('gives each case by its name, in order', () => {
  const cases = parseReport(encode(spec('stops', 'passed'), spec('runs', 'panicked', 'no\nway')));
  assert.equal(
    cases.map(({ name, outcome }) => `${name}: ${outcome}`),
    ['Pod runs: failed', 'Pod stops: passed'],
  );
});

parsing('leaves out what skipped itself without a word, and what is no case', () => {
  const setUp = { ...spec('set-up', 'passed'), LeafNodeType: 'BeforeSuite' };
  const cases = parseReport(encode(setUp, spec('benchmark', 'skipped'), spec('AppArmor', 'skipped', 'no AppArmor')));
  assert.equal(cases, [{ name: 'Pod AppArmor', outcome: 'skipped', reason: 'no AppArmor' }]);
});

parsing('takes what the runtime said for the reason, or the first lines', () => {
  const messages = ['failed to start\nrpc error: code = Unknown', 'Expected\n  <string>: 1\nto be empty'];
  const cases = parseReport(encode(...messages.map((message, index) => spec(`${index}`, 'failed', message))));
  assert.equal(
    cases.map(({ reason }) => reason),
    ['rpc error: code = Unknown', 'Expected <string>: 1 to be empty'],
  );
});

parsing.run();

const comparing = suite('compareCases');
const outcomes = (...list: readonly string[]) =>
  parseReport(encode(...list.map((outcome, index) => spec(`case ${index}`, outcome, `was ${outcome}`))));
const comparisons = compareCases(
  outcomes('passed', 'failed', 'skipped', 'failed'),
  outcomes('passed', 'passed', 'skipped', 'failed'),
);

comparing("lists what passes under runc's shim alone", () => {
  assert.equal(
    listRegressions(comparisons).map(({ name }) => name),
    ['Pod case 1'],
  );
});

comparing('writes the sums, and a row for each case that did not pass under both', () => {
  const [sums, , , , ...rows] = formatReport(comparisons).trim().split('\n');
  assert.is(sums, "4 cases; this shim: 1 passed, 2 failed, 1 skipped; runc's shim: 2 passed, 1 failed, 1 skipped.");
  assert.equal(rows, [
    '| Pod case 1 | failed | passed | was failed |',
    '| Pod case 2 | skipped | skipped | was skipped |',
    '| Pod case 3 | failed | failed | was failed |',
  ]);
});

comparing('does not hold what cannot pass against this shim, and says why', () => {
  const known = (outcome: string) => parseReport(encode(spec('public image with digest', outcome, 'not found')));
  const [comparison, ...more] = compareCases(known('failed'), known('passed'));
  assert.equal([...more, ...listRegressions(comparison ? [comparison] : [])], []);
  assert.match(formatReport(comparison ? [comparison] : []), 'in a public registry');
});

comparing.run();
