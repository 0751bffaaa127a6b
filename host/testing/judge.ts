// From what one test file left behind (its source, its output, how it ended) to a verdict. uvu reports success in several cases
// that are none: a hook that throws, a thrown string, a suite that never ran, `.only`. Each is refused here, by reading what
// uvu printed rather than trusting its exit code. Pure: `run-file.ts` runs the file.

/** How a test file's process ended and what it said. */
export type FileRun = {
  readonly source: string;
  /** Standard output and standard error as they came, without colours. */
  readonly output: string;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly timedOut: boolean;
  /** Processes of the file's process group that outlived it. */
  readonly survivors: readonly number[];
};

/** What counts: a refused file counts as at least one failure. */
export type Verdict = {
  readonly passed: number;
  readonly failed: number;
  readonly reasons: readonly string[];
  /** What the file says that it leaves out on this machine and why, a line each. */
  readonly omissions: readonly string[];
};

type Summary = { readonly total: number; readonly passed: number; readonly skipped: number };

/** Judges one test file. A file passes only when every test it declares ran and passed, and it left nothing running. */
export function judge(run: FileRun): Verdict {
  const summary = parseSummary(run.output);
  const reasons = [...endingReasons(run), ...summaryReasons(summary, run.output), ...sourceReasons(run.source)];
  const passed = summary?.passed ?? 0;
  const missing = (summary?.total ?? 0) - passed;
  const failed = reasons.length === 0 ? 0 : Math.max(1, missing);
  const omissions = run.output.match(/^skipped: .+$/gm) ?? [];
  return { passed, failed, reasons, omissions };
}

function endingReasons(run: FileRun): string[] {
  if (run.timedOut) return ['took longer than its time limit'];
  const reasons: string[] = [];
  if (run.signal !== null) reasons.push(`was ended by ${run.signal}`);
  else if (run.exitCode !== 0) reasons.push(`exited with ${run.exitCode}`);
  if (run.survivors.length > 0) reasons.push(`left processes running: ${run.survivors.join(', ')}`);
  return reasons;
}

function summaryReasons(summary: Summary | null, output: string): string[] {
  if (summary === null) return ['no suite ran to its end: is `.run()` missing?'];
  const reasons: string[] = [];
  if (summary.total === 0) reasons.push('no test ran');
  if (summary.passed !== summary.total) reasons.push(`only ${summary.passed} of ${summary.total} tests passed`);
  if (summary.skipped > 0) reasons.push(`${summary.skipped} tests were skipped`);
  if (summary.total > 0 && /\(0 \/ 0\)/.test(output)) reasons.push('a suite ran without any test');
  return reasons;
}

/** Reads uvu's last lines; null when they are absent. The last match counts: a test may itself print such lines. */
function parseSummary(output: string): Summary | null {
  const matches = [...output.matchAll(/^ {2}Total: +(\d+)\n {2}Passed: +(\d+)\n {2}Skipped: +(\d+)$/gm)];
  const last = matches.at(-1);
  return last ? { total: Number(last[1]), passed: Number(last[2]), skipped: Number(last[3]) } : null;
}

/** Finds what uvu's output cannot show: a second suite that never runs, and focused tests. */
function sourceReasons(source: string): string[] {
  const reasons: string[] = [];
  const declared = [...source.matchAll(/^(?:const|let) (\w+) = suite\b/gm)].map((match) => match[1] ?? '');
  for (const name of declared) {
    if (!new RegExp(`^${name}\\.run\\(\\);?$`, 'm').test(source)) reasons.push(`suite \`${name}\` is never run`);
  }
  if (/^\s*\w+\.only\(/m.test(source)) reasons.push('`.only` is left in');
  return reasons;
}
