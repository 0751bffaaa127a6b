// Starts the artifact process and takes its answer.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { Code, StatusError } from '../ttrpc/status.ts';
import type { ArtifactAnswer, ArtifactRequest } from './protocol.ts';

/** How long the layers of an image may take, in ms: they are copied from one folder of the machine to another. */
const TIMEOUT_MS = 120_000;

/**
 * Asks for the layers of a container's image. `command` is how to run this executable. Gives their folder in the cache, or why there
 * are none. Rejects with a `StatusError` when the image is damaged or containerd fails.
 */
export async function findArtifact(
  command: readonly string[],
  request: ArtifactRequest,
): Promise<{ readonly directory: string } | { readonly none: string }> {
  const [executable = '', ...args] = command;
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const child = spawn(executable, [...args, 'artifact'], {
    ...{ stdio: ['pipe', 'pipe', 'pipe'], cwd: '/', env: {}, signal, killSignal: 'SIGKILL' },
  });
  // One that dies before it reads shows as a missing answer.
  child.stdin.on('error', () => undefined).end(JSON.stringify(request));
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]).catch(
    (cause) => {
      throw new StatusError(Code.INTERNAL, `cannot read the image's layers: ${(cause as Error).message}`, { cause });
    },
  );
  const answer = parseAnswer(output, errors);
  if ('code' in answer) throw new StatusError(answer.code, answer.message);
  return answer;
}

function parseAnswer(output: string, errors: string): ArtifactAnswer {
  try {
    return JSON.parse(output) as ArtifactAnswer;
  } catch {
    const reason = errors.trim() || 'its process gave no answer';
    throw new StatusError(Code.INTERNAL, `cannot read the image's layers: ${reason}`);
  }
}
