import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { TaskOOM } from '../gen/containerd.events.ts';
import { Events } from '../gen/containerd.services.events.ttrpc.v1.ts';
import type { Envelope } from '../gen/containerd.types.ts';
import { createConnectionPair } from '../testing/connection-pair.ts';
import type { Connection } from '../ttrpc/connection.ts';
import { Server } from '../ttrpc/server.ts';
import { Code, StatusError } from '../ttrpc/status.ts';
import { Publisher, type PublisherOptions } from './publisher.ts';

const idOf = (envelope: Envelope | undefined): string =>
  TaskOOM.decode(envelope?.event?.value ?? new Uint8Array(0)).containerId;

/** A containerd that can be away, hang up, or refuse. */
class Containerd {
  readonly received: string[] = [];
  readonly dropped: string[] = [];
  connections = 0;
  /** Runs before an event is taken. */
  onForward: (id: string) => Promise<void> = async () => undefined;
  onConnect: () => void = () => undefined;
  #connection: Connection | undefined;

  readonly connect = async (): Promise<Connection> => {
    this.onConnect();
    this.connections++;
    const server = new Server();
    server.register(Events, {
      forward: async ({ envelope }) => {
        await this.onForward(idOf(envelope));
        this.received.push(idOf(envelope));
        return {};
      },
    });
    const [theirs, ours] = createConnectionPair();
    this.#connection = ours;
    void server.serve(ours);
    return theirs;
  };

  hangUp(): void {
    this.#connection?.close();
  }

  createPublisher(options: Partial<PublisherOptions> = {}): Publisher {
    return new Publisher({
      namespace: 'default',
      connect: this.connect,
      now: () => 0,
      onDrop: (envelope) => this.dropped.push(idOf(envelope)),
      retryDelaysMs: [0, 0, 0],
      ...options,
    });
  }
}

const publish = (publisher: Publisher, ...ids: readonly string[]): void => {
  for (const containerId of ids) publisher.publish(TaskOOM, { containerId });
};

const refusal = (): Error => Object.assign(new Error('connect ENOENT'), { code: 'ENOENT' });
const publishing = suite('Publisher');

publishing('sends events in order, one at a time, over one connection', async () => {
  const containerd = new Containerd();
  let atOnce = 0;
  containerd.onForward = async () => {
    assert.is(++atOnce, 1);
    await new Promise((resolve) => setImmediate(resolve));
    atOnce--;
  };
  const publisher = containerd.createPublisher();
  publish(publisher, 'a', 'b', 'c');
  await publisher.close();
  assert.equal(containerd.received, ['a', 'b', 'c']);
  assert.is(containerd.connections, 1);
});

publishing('does not connect before there is something to say', async () => {
  const containerd = new Containerd();
  await containerd.createPublisher().close();
  assert.is(containerd.connections, 0);
});

publishing('connects again when containerd has hung up, and loses nothing', async () => {
  const containerd = new Containerd();
  const publisher = containerd.createPublisher();
  let hangUps = 0;
  containerd.onForward = async (id) => {
    if (id !== 'b' || hangUps++ > 0) return;
    containerd.hangUp();
    throw new StatusError(Code.UNAVAILABLE, 'going');
  };
  const done = Promise.withResolvers<void>();
  const { onForward } = containerd;
  containerd.onForward = async (id) => {
    await onForward(id);
    if (id === 'c') done.resolve();
  };
  publish(publisher, 'a', 'b', 'c');
  await done.promise;
  await publisher.close();
  assert.equal(containerd.received, ['a', 'b', 'c']);
  assert.is(containerd.connections, 2);
});

publishing('waits for a containerd that is away, then sends everything in order', async () => {
  const containerd = new Containerd();
  let refusals = 2;
  containerd.onConnect = () => {
    if (refusals-- > 0) throw refusal();
  };
  const received = Promise.withResolvers<void>();
  containerd.onForward = async (id) => {
    if (id === 'b') received.resolve();
  };
  const publisher = containerd.createPublisher();
  publish(publisher, 'a', 'b');
  await received.promise;
  await publisher.close();
  assert.equal(containerd.received, ['a', 'b']);
  assert.equal(containerd.dropped, []);
});

publishing('drops an event after the last try, and goes on with the next', async () => {
  const containerd = new Containerd();
  let refusals = 4;
  containerd.onConnect = () => {
    if (refusals-- > 0) throw refusal();
  };
  const received = Promise.withResolvers<void>();
  containerd.onForward = async () => received.resolve();
  const publisher = containerd.createPublisher();
  publish(publisher, 'a', 'b');
  await received.promise;
  await publisher.close();
  assert.equal(containerd.dropped, ['a']);
  assert.equal(containerd.received, ['b']);
});

publishing('drops at once what containerd refuses', async () => {
  const containerd = new Containerd();
  containerd.onForward = async (id) => {
    if (id === 'a') throw new StatusError(Code.INVALID_ARGUMENT, 'no');
  };
  const publisher = containerd.createPublisher({ retryDelaysMs: [60_000] });
  publish(publisher, 'a', 'b');
  await publisher.close();
  assert.equal([containerd.dropped, containerd.received], [['a'], ['b']]);
});

publishing('does not wait any more when it is closed', async () => {
  const containerd = new Containerd();
  const asked = Promise.withResolvers<void>();
  containerd.onConnect = () => {
    asked.resolve();
    throw refusal();
  };
  const publisher = containerd.createPublisher({ retryDelaysMs: [60_000, 60_000] });
  publish(publisher, 'a', 'b');
  await asked.promise;
  await publisher.close();
  assert.equal(containerd.dropped, ['a', 'b']);
});

publishing('drops what comes when far too much is waiting', async () => {
  const containerd = new Containerd();
  const publisher = containerd.createPublisher();
  publish(publisher, ...Array.from({ length: 2049 }, (_, index) => String(index)));
  assert.equal(containerd.dropped, ['2048']);
  await publisher.close();
  assert.is(containerd.received.length, 2048);
});

publishing.run();
