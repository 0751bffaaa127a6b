// `make versions`: the tests of pods and of the installer under each line of containerd's releases, and the newest that can be built, as a
// table of results. Longer than what a push is tested with, where one release of each generation has to do.
//   node host/testing/versions.ts [file ...]
import { globSync } from 'node:fs';
import { basename } from 'node:path';
import process from 'node:process';
import { judge } from './judge.ts';
import { findRelease, LINES, NEWEST } from './releases.ts';
import { runFile } from './run-file.ts';
import { timeScale } from './until.ts';

const TIMEOUT_MS = 400_000;
const NAME_WIDTH = 26;
const CELL_WIDTH = 12;

const given = process.argv.slice(2);
const files = given.length > 0 ? given : globSync(['host/e2e/pod*.e2e.ts', 'host/e2e/install.e2e.ts']).sort();
const versions: string[] = [];
const lines: string[] = [];
for (const line of [...LINES, NEWEST]) {
  try {
    versions.push((await findRelease(line)).version);
    lines.push(line);
  } catch (error) {
    if (line !== NEWEST) throw error;
    process.stdout.write(`skipped: containerd ${line}: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}
printRow('containerd', versions);
let passed = 0;
let failed = 0;
const reports: string[] = [];
for (const file of files) {
  const cells: string[] = [];
  for (const line of lines) {
    process.env['CONTAINERD'] = line;
    const run = await runFile(file, { timeoutMs: TIMEOUT_MS * timeScale });
    const verdict = judge(run);
    passed += verdict.passed;
    failed += verdict.failed;
    cells.push(verdict.failed === 0 ? `${verdict.passed} ok` : `${verdict.failed} FAIL`);
    if (verdict.failed > 0)
      reports.push(`\n${file}, containerd ${line}:\n${run.output}\n${verdict.reasons.join('\n')}`);
  }
  printRow(basename(file, '.e2e.ts'), cells);
}
process.stdout.write(`${reports.join('\n')}\n${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

function printRow(name: string, cells: readonly string[]): void {
  process.stdout.write(
    `${name.padEnd(NAME_WIDTH)}${cells
      .map((cell) => cell.padEnd(CELL_WIDTH))
      .join('')
      .trimEnd()}\n`,
  );
}
