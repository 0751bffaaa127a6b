// What an OCI runtime wrote to its log while a command failed, as one message for people. The log holds JSON lines (`--log-format json`)
// and, where the runtime failed before it had read its options, plain text.

import { Code } from '../ttrpc/status.ts';

/** Returns the last error in a log, else the last line of plain text, else an empty string. */
export function errorInLog(log: string): string {
  let error = '';
  let text = '';
  for (const line of log.split('\n')) {
    const entry = parseEntry(line);
    if (entry === null) text = line.trim() || text;
    else if (entry.level === 'error' || entry.level === 'fatal' || entry.level === 'panic') error = entry.msg;
  }
  return error || text;
}

function parseEntry(line: string): { level: string; msg: string } | null {
  try {
    const entry: unknown = JSON.parse(line);
    const { level, msg } = (entry ?? {}) as { level?: unknown; msg?: unknown };
    return typeof level === 'string' && typeof msg === 'string' ? { level, msg } : null;
  } catch {
    return null;
  }
}

// runc's and crun's words for a container or process that is not there (any more).
const gone =
  /does not exist|already (finished|exited)|no such process|not running|error opening file `[^`]*status`: No such file/i;

/** Returns the status code that a failed command on a container stands for. */
export function codeOfError(command: string, message: string): Code {
  return command !== 'create' && command !== 'exec' && gone.test(message) ? Code.NOT_FOUND : Code.UNKNOWN;
}
