// Lets a component answer a request through `wasi:http/incoming-handler@0.2`: one pristine instance for one request. The response
// starts when the guest sets it; the guest may go on afterwards.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ComponentInstance } from '../../engine/engine.ts';
import type { BodySource, Result } from '../../wasi/http/body.ts';
import type { BodyPipe } from '../../wasi/http/body-pipe.ts';
import type { ErrorCode } from '../../wasi/http/error-code.ts';
import { Fields } from '../../wasi/http/fields.ts';
import { EmptyBodySource, MessageSource } from '../../wasi/http/message-source.ts';
import { IncomingRequest } from '../../wasi/http/request.ts';
import { type OutgoingResponse, ResponseOutparam } from '../../wasi/http/response.ts';
import type { RequestHead } from './request-head.ts';
import type { RequestTarget } from './request-target.ts';
import { ResponseWriter, sendWhole } from './response-writer.ts';

/** A component that serves HTTP. */
export type HttpComponent = {
  readonly id: string;
  /** The export that handles requests, with its version. */
  readonly handler: string;
  readonly instantiate: () => Promise<ComponentInstance>;
};

/** A request on its way to a component. */
export type HttpExchange = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly head: RequestHead;
  readonly target: RequestTarget;
  /** Headers that the host adds, as a flat list. */
  readonly hostHeaders: readonly string[];
  /** The client waits for a `100 Continue` before it sends the body. */
  readonly expectsContinue: boolean;
};

/**
 * Serves one request. Resolves when the guest has returned; the response may still be on its way. Never rejects: what goes wrong
 * becomes status 500 or, once the response has started, a broken connection, and a line for `log`.
 */
export async function serveWithComponent(
  component: HttpComponent,
  exchange: HttpExchange,
  log: (line: string) => void,
): Promise<void> {
  const handling = new Handling(exchange, log);
  try {
    const instance = await component.instantiate();
    if (handling.adopt(instance)) {
      await instance.call(component.handler, 'handle', [handling.request, handling.outparam]);
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
  readonly request: IncomingRequest;
  readonly outparam: ResponseOutparam;
  readonly #response: ServerResponse;
  readonly #log: (line: string) => void;
  readonly #source: BodySource;
  #instance: ComponentInstance | undefined;
  #pipe: BodyPipe | undefined;
  #isAnswered = false;

  constructor(exchange: HttpExchange, log: (line: string) => void) {
    const { head, request, response, target } = exchange;
    this.#response = response;
    this.#log = log;
    this.#source = head.hasBody ? createSource(exchange) : new EmptyBodySource();
    const headers = new Fields([...head.headers, ...exchange.hostHeaders], true);
    this.request = new IncomingRequest({ ...target, method: request.method ?? 'GET', headers }, this.#source);
    this.outparam = new ResponseOutparam((result) => this.#answer(result));
    response.once('close', () => this.#cancelUnlessSent());
  }

  get #isClientGone(): boolean {
    return this.#response.destroyed && !this.#response.writableFinished;
  }

  /** Takes the instance over. False when there is no one left to answer. */
  adopt(instance: ComponentInstance): boolean {
    this.#instance = instance;
    return !this.#isClientGone;
  }

  /** The guest has returned. */
  finish(): void {
    if (!this.#isAnswered) this.fail(new Error('the guest returned without setting a response'));
    else if (this.#pipe?.hasEnded === false) this.fail(new Error('the guest returned without finishing the body'));
  }

  /** The guest has failed. */
  fail(error: unknown): void {
    if (this.#isClientGone) return;
    const reason = error instanceof Error ? error.message : String(error);
    if (this.#isAnswered) {
      this.#log(`Component error after response started: ${reason}`);
      this.#pipe?.abort();
      return;
    }
    this.#log(`Error processing request: ${reason}`);
    this.#isAnswered = true;
    sendWhole(this.#response, 500, []);
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
    this.#isAnswered = true;
    const writer = new ResponseWriter(this.#response, result.val.statusCode(), result.val.rawHeaders());
    const pipe = result.val.takenBody()?.pipe;
    if (pipe === undefined) {
      writer.end([]);
      return;
    }
    this.#pipe = pipe;
    this.#response.on('drain', () => pipe.drained());
    pipe.attach(writer);
  }

  /** A client that has gone ends the guest's work: whatever it waits for, now or later, traps. */
  #cancelUnlessSent(): void {
    if (this.#response.writableFinished) return;
    this.#pipe?.close();
    this.#pipe?.cancel();
    this.#source.cancel();
    this.release();
  }
}

function createSource({ request, response, expectsContinue }: HttpExchange): MessageSource {
  return new MessageSource(request, {
    errorCodeFrom: () => ({ tag: 'connection-terminated' }),
    ...(expectsContinue && { onFirstUse: () => response.writeContinue() }),
  });
}
