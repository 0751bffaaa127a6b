// Lets a program answer a request in the manner of CGI: `executor = { type = "wagi" }` of Spin's HTTP trigger. The request is its
// environment, arguments and standard input; what it writes to standard output is the answer.

import { concatenate } from '../../bytes.ts';
import { GuestExit } from '../../wasi/cli.ts';
import { BytesSource } from '../../wasi/io/input-stream.ts';
import { ByteSink, WRITE_BUDGET_BYTES } from '../../wasi/io/output-stream.ts';
import type { TriggerComponent } from '../trigger.ts';
import { parseCgiResponse } from './cgi-response.ts';
import { createCgiVariables } from './cgi-variables.ts';
import type { Asker, HandledRequest } from './incoming-handler.ts';
import { serveWhole } from './whole-answer.ts';

/** Serves one request by running the component's program. `argv` is the manifest's template. Never rejects. */
export async function serveWithProgram(
  component: TriggerComponent,
  argv: string,
  request: HandledRequest,
  asker: Asker,
  log: (line: string) => void,
): Promise<void> {
  await serveWhole(request, asker, log, async (body, adopt) => {
    const stdout = new ProgramOutput();
    const instance = adopt(
      await component.instantiate({
        args: fillArguments(argv, request.head.pathWithQuery),
        environment: createCgiVariables(request.head, body.length),
        stdin: new BytesSource(body),
        stdout,
      }),
    );
    await instance.call(component.handler, 'run', []).catch((error: unknown) => checkEnd(error, log));
    const output = stdout.takeAll();
    if (output.length === 0) {
      throw new Error(`the program of component "${component.id}" wrote nothing to its standard output`);
    }
    return parseCgiResponse(output, log);
  });
}

/** Fills in a template such as `${SCRIPT_NAME} ${ARGS}` and splits it at each space, as Spin does: the query's `&` are spaces too. */
export function fillArguments(argv: string, pathWithQuery: string): string[] {
  const [, path = '', query = ''] = /^([^?]*)\??(.*)$/s.exec(pathWithQuery) ?? [];
  const args = query.replaceAll('&', ' ');
  return argv.replaceAll(/\$\{(SCRIPT_NAME|ARGS)\}/g, (_, name) => (name === 'ARGS' ? args : path)).split(' ');
}

/** What a program wrote counts when it exits with 0 and also when it returns its error, which only trapping and other exits do not. */
function checkEnd(error: unknown, log: (line: string) => void): void {
  if (error instanceof GuestExit && error.status === 0) return;
  const isErrorResult = typeof error === 'object' && error !== null && 'payload' in error;
  if (!isErrorResult) throw error;
  log('the program returned an error');
}

/** Standard output, kept until the program has ended. */
class ProgramOutput extends ByteSink {
  #chunks: Uint8Array[] = [];

  put(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
  }

  takeAll(): Uint8Array {
    const output = concatenate(this.#chunks);
    this.#chunks = [];
    return output;
  }

  isFlushed(): boolean {
    return true;
  }

  [Symbol.dispose](): void {}

  protected room(): number {
    return WRITE_BUDGET_BYTES;
  }
}
