// Starts this executable in a role that parses what comes from images, and speaks to it over its standard input and output in messages
// (message.ts). It is started for the first message: what is in the cache starts none. Whatever happens, it is gone when `close` has returned.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { Code, StatusError } from '../ttrpc/status.ts';
import type { Command } from './executable.ts';
import { encodeHead, type MessageHead, MessageReader } from './message.ts';

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

/** A process in a role that may not have been started yet. */
export class RoleProcess {
  readonly #command: Command;
  readonly #failure: string;
  #running: Running | undefined;
  #errorText = '';

  /** `failure` begins the message of its death, such as `cannot plan the app`. */
  constructor(command: Command, failure: string) {
    this.#command = command;
    this.#failure = failure;
  }

  /** Sends a message with its payload. One that dies meanwhile shows as a missing answer, which says more. */
  async send(head: MessageHead, payload?: AsyncIterable<Uint8Array>): Promise<void> {
    this.#running ??= this.#start();
    await this.#write(this.#running, encodeHead(head));
    for await (const chunk of payload ?? []) await this.#write(this.#running, chunk);
  }

  /** The next answer's line; its payload, if any, must be read next. Throws a `StatusError` when there is none. */
  async readHead<T extends MessageHead>(): Promise<T> {
    const head = await this.#reader.readHead<T>().catch(() => null);
    if (head === null) throw await this.#findDeath();
    return head;
  }

  /** The next `length` bytes of the last answer's payload. */
  readPayload(length: number): AsyncIterable<Uint8Array> {
    return this.#reader.readPayload(length);
  }

  /** Ends the process and waits until it is gone. Never rejects. */
  async close(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    clearTimeout(running.timer);
    running.child.kill('SIGKILL');
    await running.exited;
  }

  get #reader(): MessageReader {
    if (!this.#running) throw new Error('nothing was asked');
    return this.#running.reader;
  }

  #start(): Running {
    const { path, args } = this.#command;
    const child = spawn(path, args, { stdio: ['pipe', 'pipe', 'pipe'], cwd: '/', env: {} });
    const { stdin, stdout, stderr } = child as { stdin: Writable; stdout: Readable; stderr: Readable };
    stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#errorText = (this.#errorText + text).slice(-MAX_ERROR_TEXT);
    });
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

  /** Resolves when the bytes are with the kernel, because the caller may use their memory again, or when the process is gone. */
  async #write({ input, exited }: Running, bytes: Uint8Array): Promise<void> {
    const written = new Promise<void>((resolve) => input.write(bytes, () => resolve()));
    await Promise.race([written, exited]);
  }

  async #findDeath(): Promise<StatusError> {
    const { child, exited } = this.#running ?? {};
    child?.kill('SIGKILL');
    await exited;
    const detail = this.#errorText.trim() || `it ended with ${child?.signalCode ?? `code ${child?.exitCode}`}`;
    return new StatusError(Code.INTERNAL, `${this.#failure}: its process gave no answer: ${detail}`);
  }
}
