// Asks the plan process, one request at a time (protocol.ts).

import type { Diagnostic } from '../gen/runtime.ts';
import { Code, StatusError } from '../ttrpc/status.ts';
import type { Command } from './executable.ts';
import { PlanRefusedError } from './plan-refused.ts';
import type { PlanAnswer, PlanRequest } from './protocol.ts';
import { RoleProcess } from './role-process.ts';

/** An answer of one kind. */
type AnswerOf<K extends PlanAnswer['kind']> = Extract<PlanAnswer, { kind: K }>;

/** A plan process that may not have been started yet. */
export class PlanProcess {
  readonly #process: RoleProcess;

  constructor(command: Command) {
    this.#process = new RoleProcess(command, 'cannot plan the app');
  }

  /**
   * Sends a request with its payload and returns the answer's line; its payload, if any, must be read next.
   * Throws `PlanRefusedError` when the app is at fault, else a `StatusError` that says what went wrong.
   */
  async ask<K extends PlanAnswer['kind']>(
    kind: K,
    request: PlanRequest,
    payload?: AsyncIterable<Uint8Array>,
  ): Promise<AnswerOf<K>> {
    await this.#process.send(request, payload);
    const answer = await this.#process.readHead<PlanAnswer>();
    if (answer.kind === kind) return answer as AnswerOf<K>;
    if (answer.kind === 'refused') throw new PlanRefusedError(answer.diagnostics as readonly Diagnostic[]);
    const reason = answer.kind === 'failed' ? answer.message : `it answered ${answer.kind} to ${request.kind}`;
    throw new StatusError(Code.INTERNAL, `cannot plan the app: ${reason}`);
  }

  /** The next `length` bytes of the last answer's payload. */
  readPayload(length: number): AsyncIterable<Uint8Array> {
    return this.#process.readPayload(length);
  }

  /** Ends the process and waits until it is gone. Never rejects. */
  async close(): Promise<void> {
    await this.#process.close();
  }
}
