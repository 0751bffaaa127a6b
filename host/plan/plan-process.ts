// Starts the plan process and asks it, one request at a time (protocol.ts). It is started for the first request: a cached app starts
// none. Whatever happens, it is gone when `close` has returned.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import type { Diagnostic } from '../gen/runtime.ts';
import { Code, StatusError } from '../ttrpc/status.ts';
import type { Command } from './executable.ts';
import { encodeHead, MessageReader } from './message.ts';
import { PlanRefusedError } from './plan-refused.ts';
import type { PlanAnswer, PlanRequest } from './protocol.ts';

/** How long one process may take for an app, in ms: a StarlingMonkey component of 12 MB takes about 2 s. */
const TIMEOUT_MS = 120_000;

/** How much of its standard error is kept for the message when it dies, in bytes. */
const MAX_ERROR_TEXT = 4096;

type Running = {
  readonly child: ChildProcess;
  readonly reader: MessageReader;
  readonly input: Writable;
  readonly exited: Promise<unknown>;
  readonly timer: NodeJS.Timeout;
};

/** An answer of one kind. */
type AnswerOf<K extends PlanAnswer['kind']> = Extract<PlanAnswer, { kind: K }>;

/** A plan process that may not have been started yet. */
export class PlanProcess {
  readonly #command: Command;
  #running: Running | undefined;
  #errorText = '';

  constructor(command: Command) {
    this.#command = command;
  }

  /** Whether anything was asked. */
  get hasStarted(): boolean {
    return this.#running !== undefined;
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
    this.#running ??= this.#start();
    const answer = await this.#exchange(this.#running, request, payload);
    if (answer?.kind === kind) return answer as AnswerOf<K>;
    if (answer?.kind === 'refused') throw new PlanRefusedError(answer.diagnostics as readonly Diagnostic[]);
    if (answer?.kind === 'failed') throw new StatusError(Code.INTERNAL, `cannot plan the app: ${answer.message}`);
    throw await this.#deathOf(this.#running);
  }

  /** The next `length` bytes of the last answer's payload. */
  readPayload(length: number): AsyncIterable<Uint8Array> {
    if (!this.#running) throw new Error('nothing was asked');
    return this.#running.reader.readPayload(length);
  }

  /** Ends the process and waits until it is gone. Never rejects. */
  async close(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    clearTimeout(running.timer);
    running.child.kill('SIGKILL');
    await running.exited;
  }

  #start(): Running {
    const { path, args } = this.#command;
    const child = spawn(path, args, { stdio: ['pipe', 'pipe', 'pipe'], cwd: '/', env: {} });
    const { stdin, stdout, stderr } = child as { stdin: Writable; stdout: Readable; stderr: Readable };
    stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#errorText = (this.#errorText + text).slice(-MAX_ERROR_TEXT);
    });
    // A process that dies while it is written to shows as a missing answer, which says more than EPIPE.
    stdin.on('error', () => undefined);
    const exited = once(child, 'close').catch((error: Error) => {
      this.#errorText = error.message;
    });
    const timer = setTimeout(() => {
      this.#errorText = `took longer than ${TIMEOUT_MS / 1000} s`;
      child.kill('SIGKILL');
    }, TIMEOUT_MS);
    return { child, reader: new MessageReader(stdout), input: stdin, exited, timer };
  }

  async #exchange(
    running: Running,
    request: PlanRequest,
    payload?: AsyncIterable<Uint8Array>,
  ): Promise<PlanAnswer | null> {
    await this.#write(running, encodeHead(request));
    for await (const chunk of payload ?? []) await this.#write(running, chunk);
    return running.reader.readHead<PlanAnswer>().catch(() => null);
  }

  /** Resolves when the bytes are with the kernel, because the caller may use their memory again, or when the process is gone. */
  async #write({ input, exited }: Running, bytes: Uint8Array): Promise<void> {
    const written = new Promise<void>((resolve) => input.write(bytes, () => resolve()));
    await Promise.race([written, exited]);
  }

  async #deathOf({ child, exited }: Running): Promise<StatusError> {
    child.kill('SIGKILL');
    await exited;
    const detail = this.#errorText.trim() || `it ended with ${child.signalCode ?? `code ${child.exitCode}`}`;
    return new StatusError(Code.INTERNAL, `cannot plan the app: the plan process gave no answer: ${detail}`);
  }
}
