// Sends events to containerd, in order and one at a time, over a connection that it opens when it needs one. What containerd cannot
// take now is tried again for a while and then dropped: after its own restart containerd learns the rest from State and Wait.
import { Events } from '../gen/containerd.services.events.ttrpc.v1.ts';
import type { Envelope } from '../gen/containerd.types.ts';
import type { Fields, MessageType } from '../protobuf/message.ts';
import { Client } from '../ttrpc/client.ts';
import type { Connection } from '../ttrpc/connection.ts';
import { Code, statusFromError } from '../ttrpc/status.ts';
import { createEnvelope } from './envelope.ts';

/** Takes events; whoever has something to tell is given this. */
export interface EventSink {
  /** Queues an event; it is stamped now and sent later, after those before it. */
  publish<T extends object>(type: MessageType<T>, event: Fields<T>): void;
}

/** What a publisher needs. */
export type PublisherOptions = {
  readonly namespace: string;
  /** Connects to containerd's ttrpc socket. */
  readonly connect: () => Promise<Connection>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Told of an event that is dropped. */
  readonly onDrop: (envelope: Envelope, error: unknown) => void;
  /** Milliseconds before each further try; as many tries as there are entries. */
  readonly retryDelaysMs?: readonly number[];
};

// The times of containerd's own shims.
const FORWARD_TIMEOUT_MS = 5000;
const RETRY_DELAYS_MS = [1000, 2000, 3000, 4000, 5000];
const MAX_QUEUED = 2048;

/** Publishes the events of one shim. */
export class Publisher implements EventSink {
  readonly #options: PublisherOptions;
  readonly #queue: Envelope[] = [];
  readonly #closing = new AbortController();
  #client: Client | undefined;
  #sending: Promise<void> | undefined;

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  publish<T extends object>(type: MessageType<T>, event: Fields<T>): void {
    const { namespace, now, onDrop } = this.#options;
    const envelope = createEnvelope(namespace, now(), type, event);
    if (this.#queue.length >= MAX_QUEUED) {
      onDrop(envelope, new Error(`${MAX_QUEUED} events are waiting already`));
      return;
    }
    this.#queue.push(envelope);
    this.#sending ??= this.#send().finally(() => {
      this.#sending = undefined;
    });
  }

  /** Sends what is queued, trying each event only once more, and closes the connection. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#sending;
    this.#client?.close();
    this.#client = undefined;
  }

  async #send(): Promise<void> {
    for (let envelope = this.#queue[0]; envelope; envelope = this.#queue[0]) {
      await this.#sendOne(envelope);
      this.#queue.shift();
    }
  }

  async #sendOne(envelope: Envelope): Promise<void> {
    const delays = [...(this.#options.retryDelaysMs ?? RETRY_DELAYS_MS)];
    for (;;) {
      try {
        return await this.#forward(envelope);
      } catch (error) {
        const delayMs = this.#closing.signal.aborted ? undefined : delays.shift();
        if (delayMs === undefined || !isWorthRetrying(error)) return this.#options.onDrop(envelope, error);
        await wait(delayMs, this.#closing.signal);
      }
    }
  }

  async #forward(envelope: Envelope): Promise<void> {
    this.#client ??= await this.#open();
    await this.#client.caller(Events).forward({ envelope }, { timeoutMs: FORWARD_TIMEOUT_MS });
  }

  async #open(): Promise<Client> {
    const client = new Client(await this.#options.connect());
    void client.closed.then(() => {
      if (this.#client === client) this.#client = undefined;
    });
    return client;
  }
}

/** A containerd that is away may come back; one that says no will not change its mind. */
function isWorthRetrying(error: unknown): boolean {
  const { code } = statusFromError(error);
  return code === Code.UNAVAILABLE || code === Code.DEADLINE_EXCEEDED || code === Code.UNKNOWN;
}

/** Waits, but not on after the signal. */
function wait(delayMs: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, delayMs);
  signal.addEventListener('abort', () => resolve(), { once: true });
  return promise.finally(() => clearTimeout(timer));
}
