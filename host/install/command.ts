// EDGE: commands in the node's own context.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Restarting a whole distribution takes its time, in ms. */
const TIMEOUT_MS = 300_000;

/** Runs a command to its end. Rejects with what it said when it fails. */
export async function runCommand(command: readonly string[]): Promise<void> {
  const [program = '', ...args] = command;
  try {
    await promisify(execFile)(program, args, { timeout: TIMEOUT_MS });
  } catch (cause) {
    const { stdout = '', stderr = '', message } = cause as { stdout?: string; stderr?: string; message: string };
    throw new Error(`cannot run "${command.join(' ')}": ${`${stderr}${stdout}`.trim() || message}`);
  }
}
