// Runs one test file in a Node process and process group of its own, with a time limit. Output goes to a file rather than a
// pipe, so that a process the test leaves behind cannot hold the guard up.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileRun } from './judge.ts';
import { until } from './until.ts';

/** From SIGTERM to SIGKILL for a test file that takes too long. */
const GRACE_MS = 20_000;

/** How long a process that was killed may take to be gone. */
const SETTLE_MS = 1_000;

/** Where and for how long a test file runs. */
export type RunFileOptions = {
  readonly timeoutMs: number;
};

/** Runs the test file at `path`; resolves however it ends. Kills whatever is left of its process group. */
export async function runFile(path: string, options: RunFileOptions): Promise<FileRun> {
  const directory = await mkdtemp(join(tmpdir(), 'guard-'));
  const outputPath = join(directory, 'output');
  try {
    const ending = await runToEnd(path, outputPath, options.timeoutMs);
    const output = await readFile(outputPath, 'utf8');
    return { source: await readFile(path, 'utf8'), output, ...ending };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function runToEnd(path: string, outputPath: string, timeoutMs: number) {
  const output = await open(outputPath, 'a');
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', path], {
    detached: true,
    stdio: ['ignore', output.fd, output.fd],
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`cannot start ${process.execPath}`);
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    // A test that started what outlives it gets the chance to end that.
    child.kill('SIGTERM');
    killTimer = setTimeout(() => killGroup(pid), GRACE_MS);
  }, timeoutMs);
  let killTimer: NodeJS.Timeout | undefined;
  const [exitCode, signal] = (await once(child, 'exit')) as [number | null, string | null];
  clearTimeout(timer);
  clearTimeout(killTimer);
  const survivors = timedOut ? [] : await findSurvivors(pid);
  killGroup(pid);
  await output.close();
  return { exitCode, signal, timedOut, survivors };
}

function killGroup(group: number): void {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // ESRCH: nothing is left of it.
  }
}

/** Lists what is left of a process group. What was killed just now is given a moment to be gone. */
async function findSurvivors(group: number): Promise<number[]> {
  let members: number[] = [];
  await until(
    'the group is gone',
    async () => {
      members = await groupMembers(group);
      return members.length === 0;
    },
    SETTLE_MS,
  ).catch(() => {});
  return members;
}

/** Lists living processes of a process group: fields 3 and 5 of `/proc/<pid>/stat` (proc_pid_stat(5)). */
async function groupMembers(group: number): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '')));
  return stats.flatMap((stat) => {
    const [state, , processGroup] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(processGroup) === group && state !== 'Z' ? [Number.parseInt(stat, 10)] : [];
  });
}
