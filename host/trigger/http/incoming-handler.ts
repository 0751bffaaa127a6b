// Lets a component answer a request through `wasi:http/incoming-handler@0.2`: one pristine instance for one request. The response
// starts when the guest sets it; the guest may go on afterwards.

import type { ComponentInstance } from '../../engine/engine.ts';
import type { BodySource, Result } from '../../wasi/http/body.ts';
import type { BodyPipe } from '../../wasi/http/body-pipe.ts';
import type { ErrorCode } from '../../wasi/http/error-code.ts';
import { IncomingRequest, type IncomingRequestHead } from '../../wasi/http/request.ts';
import { type OutgoingResponse, ResponseOutparam } from '../../wasi/http/response.ts';
import type { TriggerComponent } from '../trigger.ts';

/** A request on its way to a component. */
export type HandledRequest = { readonly head: IncomingRequestHead; readonly body: BodySource };

/** The one who waits for the answer: a client on the wire, or another component of the app. */
export interface Asker {
  /** True once nobody waits any more though the answer is not complete. */
  readonly isGone: boolean;
  /** Calls back once, when that happens. */
  onGone(callback: () => void): void;
  /** Starts the answer. `headers` is a flat list; without a pipe there is no body. */
  answer(status: number, headers: string[], body: BodyPipe | undefined): void;
}

/**
 * Serves one request. Resolves when the guest has returned; the answer may still be on its way. Never rejects: what goes wrong becomes
 * status 500 or, once the answer has started, a body that breaks off, and a line for `log`.
 */
export async function serveWithComponent(
  component: TriggerComponent,
  request: HandledRequest,
  asker: Asker,
  log: (line: string) => void,
): Promise<void> {
  const handling = new Handling(request.body, asker, log);
  try {
    const made = component.instantiate();
    const instance = made instanceof Promise ? await made : made;
    if (handling.adopt(instance)) {
      const args = [new IncomingRequest(request.head, request.body), handling.outparam];
      await instance.call(component.handler, 'handle', args);
      handling.finish();
    }
  } catch (error) {
    handling.fail(error);
  } finally {
    handling.release();
  }
}

/** The state of one request from the call of the guest to its return. */
class Handling {
  readonly outparam: ResponseOutparam;
  readonly #requestBody: BodySource;
  readonly #asker: Asker;
  readonly #log: (line: string) => void;
  #instance: ComponentInstance | undefined;
  #pipe: BodyPipe | undefined;
  #isAnswered = false;

  constructor(requestBody: BodySource, asker: Asker, log: (line: string) => void) {
    this.#requestBody = requestBody;
    this.#asker = asker;
    this.#log = log;
    this.outparam = new ResponseOutparam((result) => this.#answer(result));
    asker.onGone(() => this.#cancel());
  }

  /** Takes the instance over. False when there is no one left to answer. */
  adopt(instance: ComponentInstance): boolean {
    this.#instance = instance;
    instance.owner = this.#asker;
    return !this.#asker.isGone;
  }

  /** The guest has returned. */
  finish(): void {
    if (!this.#isAnswered) this.fail(new Error('the guest returned without setting a response'));
    else if (this.#pipe?.hasEnded === false) this.fail(new Error('the guest returned without finishing the body'));
    else if (this.#pipe?.wasAborted) this.fail(new Error('the guest dropped the body without finishing it'));
  }

  /** The guest has failed. */
  fail(error: unknown): void {
    if (this.#asker.isGone) return;
    const reason = error instanceof Error ? error.message : String(error);
    if (this.#isAnswered) {
      this.#log(`Component error after response started: ${reason}`);
      this.#pipe?.abort();
      return;
    }
    this.#log(`Error processing request: ${reason}`);
    this.#isAnswered = true;
    this.#asker.answer(500, [], undefined);
  }

  release(): void {
    this.#instance?.dispose();
    this.#instance = undefined;
  }

  #answer(result: Result<OutgoingResponse, ErrorCode>): void {
    if (this.#isAnswered) return;
    if (result.tag === 'err') {
      this.fail(new Error(`the guest answered with the error ${result.val.tag}`));
      return;
    }
    const status = result.val.statusCode();
    if (status < 200) {
      this.fail(new Error(`the guest answered with status ${status}, which is no final one`));
      return;
    }
    this.#isAnswered = true;
    this.#pipe = result.val.takenBody()?.pipe;
    this.#asker.answer(status, result.val.rawHeaders(), this.#pipe);
  }

  /** Nobody waits for the guest any more: whatever it waits for, now or later, traps. */
  #cancel(): void {
    this.#pipe?.close();
    this.#pipe?.cancel();
    this.#requestBody.cancel();
    this.release();
  }
}
