// The guard around uvu: runs each test file in a process of its own and believes none of them (see judge.ts).
//   node host/testing/run-tests.ts unit|e2e|vm|unit,e2e [file or folder ...]
// The last line of standard output is `N passed, N failed`; the exit status is 0 only when something passed and nothing failed.
import { findFiles } from './find-files.ts';
import { judge, type Verdict } from './judge.ts';
import { runFile } from './run-file.ts';
import { timeScale } from './until.ts';

type Kind = { readonly suffix: string; readonly jobs: number; readonly timeoutMs: number };

/** Unit tests share the machine two at a time; end-to-end tests measure and look for leftovers, so each runs alone. `vm` needs `make vm`'s. */
const KINDS: Readonly<Record<string, Kind>> = {
  unit: { suffix: '.test.ts', jobs: 2, timeoutMs: 120_000 },
  chaos: { suffix: '.e2e.ts', jobs: 1, timeoutMs: 3_600_000 },
  e2e: { suffix: '.e2e.ts', jobs: 1, timeoutMs: 400_000 },
  vm: { suffix: '.vm.ts', jobs: 1, timeoutMs: 400_000 },
};

async function runKind(kind: Kind, paths: readonly string[]): Promise<Verdict[]> {
  const files = await findFiles(paths, kind.suffix);
  const remaining = files.values();
  const verdicts: Verdict[] = [];
  const work = async () => {
    for (const file of remaining) verdicts.push(await runAndReport(file, kind.timeoutMs));
  };
  await Promise.all(Array.from({ length: kind.jobs }, work));
  return verdicts;
}

async function runAndReport(file: string, timeoutMs: number): Promise<Verdict> {
  const startedMs = performance.now();
  const run = await runFile(file, { timeoutMs: timeoutMs * timeScale });
  const verdict = judge(run);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  const isGood = verdict.failed === 0;
  process.stdout.write(`${isGood ? 'ok  ' : 'FAIL'} ${file}  ${verdict.passed} tests, ${seconds} s\n`);
  for (const omission of verdict.omissions) process.stdout.write(`     ${omission}\n`);
  if (!isGood)
    process.stdout.write(`${run.output}\n${verdict.reasons.map((reason) => `  refused: ${reason}\n`).join('')}\n`);
  return verdict;
}

async function main(args: readonly string[]): Promise<number> {
  const [kinds = 'unit', ...paths] = args;
  const verdicts: Verdict[] = [];
  for (const name of kinds.split(',')) {
    const kind = KINDS[name];
    if (kind === undefined) throw new Error(`unknown kind of test "${name}": want ${Object.keys(KINDS).join(' or ')}`);
    verdicts.push(...(await runKind(kind, paths.length > 0 ? paths : ['host', 'guest-runtime', 'bench'])));
  }
  const passed = verdicts.reduce((sum, verdict) => sum + verdict.passed, 0);
  const failed = verdicts.reduce((sum, verdict) => sum + verdict.failed, 0);
  if (verdicts.length === 0) process.stdout.write('no test file found\n');
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
  return passed > 0 && failed === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
