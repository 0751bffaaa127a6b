// Ginkgo's JSON report to cases, and cases under two shims to a table. Pure. Only what differs from "passed under both" is listed.
// https://pkg.go.dev/github.com/onsi/ginkgo/v2/types#Report

import { knownReason } from './known.ts';

/** How one case went. */
export type TestCase = {
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** Why it was skipped or how it failed, in one line. */
  readonly reason: string;
};

/** What ginkgo writes, as far as it is read. */
type Report = { readonly SpecReports: readonly Spec[] | null };
type Spec = {
  readonly LeafNodeType: string;
  readonly LeafNodeText: string;
  readonly ContainerHierarchyTexts: readonly string[] | null;
  readonly State: string;
  readonly Failure?: { readonly Message: string };
};

/** Parses a report. Throws when it is none. */
export function parseReport(text: string): readonly TestCase[] {
  const reports = JSON.parse(text) as readonly Report[];
  return reports
    .flatMap(({ SpecReports }) => SpecReports ?? [])
    .filter((spec) => spec.LeafNodeType === 'It' && !isLeftOut(spec))
    .map((spec) => ({ name: nameOf(spec), outcome: outcomeOf(spec), reason: reasonOf(spec) }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** Benchmarks, and what a run was told to leave out, skip themselves without a word. */
function isLeftOut({ State, Failure }: Spec): boolean {
  return State === 'skipped' && Failure === undefined;
}

function nameOf({ ContainerHierarchyTexts, LeafNodeText }: Spec): string {
  const words = [...(ContainerHierarchyTexts ?? []), LeafNodeText].join(' ');
  return words.replace('[k8s.io] ', '').replaceAll(' [Conformance]', '');
}

function outcomeOf({ State }: Spec): TestCase['outcome'] {
  return State === 'passed' || State === 'skipped' ? State : 'failed';
}

/** The line of a failure that tells most: what the runtime said, where it said anything. */
function reasonOf({ Failure, State }: Spec): string {
  const lines = (Failure?.Message ?? State).split('\n').map((line) => line.trim());
  const said = lines.find((line) => line.includes('rpc error'));
  return said ?? lines.slice(0, 3).join(' ').trim();
}

/** A case under both shims. */
export type Comparison = { readonly name: string; readonly spin: TestCase; readonly runc: TestCase };

/** Puts the cases of two runs side by side. */
export function compareCases(spin: readonly TestCase[], runc: readonly TestCase[]): readonly Comparison[] {
  const others = new Map(runc.map((testCase) => [testCase.name, testCase]));
  return spin.flatMap((testCase) => {
    const other = others.get(testCase.name);
    return other === undefined ? [] : [{ name: testCase.name, spin: testCase, runc: other }];
  });
}

/** Lists what passes under runc's shim alone, and is not known to. */
export function listRegressions(comparisons: readonly Comparison[]): readonly Comparison[] {
  return comparisons.filter(({ name, spin, runc }) => {
    return spin.outcome !== 'passed' && runc.outcome === 'passed' && knownReason(name) === null;
  });
}

/** Formats the cases that did not pass under both, as a table in Markdown, after a line with the sums. */
export function formatReport(comparisons: readonly Comparison[]): string {
  const sum = (shim: 'spin' | 'runc', outcome: string) =>
    comparisons.filter((comparison) => comparison[shim].outcome === outcome).length;
  const sums = (shim: 'spin' | 'runc') =>
    `${sum(shim, 'passed')} passed, ${sum(shim, 'failed')} failed, ${sum(shim, 'skipped')} skipped`;
  const rows = comparisons
    .filter(({ spin, runc }) => spin.outcome !== 'passed' || runc.outcome !== 'passed')
    .map(({ name, spin, runc }) => [name, spin.outcome, runc.outcome, knownReason(name) ?? whyOf(spin, runc)]);
  const table = [['case', 'this shim', "runc's shim", 'why'], ['---', '---', '---', '---'], ...rows];
  const lines = table.map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`);
  return `${comparisons.length} cases; this shim: ${sums('spin')}; runc's shim: ${sums('runc')}.\n\n${lines.join('\n')}\n`;
}

function whyOf(spin: TestCase, runc: TestCase): string {
  return spin.outcome === 'passed' ? runc.reason : spin.reason;
}
