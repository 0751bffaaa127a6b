// Runs commands to their end and keeps what they said. For tests, the demo and the benchmark.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { timeScale } from './until.ts';

/** How a command ended. */
export type Output = { readonly code: number; readonly stdout: string; readonly stderr: string };

export type CommandOptions = {
  readonly environment?: Readonly<Record<string, string>>;
  /** Standard input; empty when left out. */
  readonly input?: string;
  /** Milliseconds until the command is killed; 60 s when left out. */
  readonly timeoutMs?: number;
};

/** A command that may go on for as long as the test likes. */
export type Running = {
  readonly child: ChildProcess;
  /** What it has written to standard output so far. */
  readonly written: () => string;
  /** Resolves when the command has ended and closed its output. A signal is the code 128 and its number, as in a shell. */
  readonly ended: Promise<Output>;
};

const SIGNAL_NUMBERS: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

/** Starts a command with its output kept; standard input stays open unless `options.input` is given. */
export function startCommand(file: string, args: readonly string[], options: CommandOptions = {}): Running {
  const environment = { ...process.env, ...options.environment };
  const child = spawn(file, args, { env: environment, stdio: ['pipe', 'pipe', 'pipe'] });
  // A command that ends without reading its input is not our failure.
  child.stdin.on('error', () => {});
  if (options.input !== undefined) child.stdin.end(options.input);
  const stdout = keepText(child.stdout);
  const stderr = keepText(child.stderr);
  const ended = once(child, 'close').then(([code, signal]) => {
    return { code: code ?? 128 + (SIGNAL_NUMBERS[signal] ?? 0), stdout: stdout(), stderr: stderr() };
  });
  return { child, written: stdout, ended };
}

function keepText(stream: Readable): () => string {
  let kept = '';
  stream.setEncoding('utf8').on('data', (text: string) => {
    kept += text;
  });
  return () => kept;
}

/** Runs a command to its end, whatever its exit code. Rejects when it cannot be started. */
export async function runCommand(file: string, args: readonly string[], options: CommandOptions = {}): Promise<Output> {
  const { child, ended } = startCommand(file, args, { input: '', ...options });
  const timer = setTimeout(() => child.kill('SIGKILL'), (options.timeoutMs ?? 60_000) * timeScale);
  return ended.finally(() => clearTimeout(timer));
}

/** Runs a command that must succeed and gives its standard output. Rejects with what it wrote to standard error. */
export async function mustRun(file: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await runCommand(file, args, options);
  if (code !== 0) throw new Error(`${file} ${args.join(' ')}: exit code ${code}: ${stderr.trim() || stdout.trim()}`);
  return stdout;
}
