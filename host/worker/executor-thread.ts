// EDGE: a thread of a worker that serves beside the first, as each side of it sees the other.

import { type EventLoopUtilization, performance } from 'node:perf_hooks';
import { getAsset, isSea } from 'node:sea';
import { type MessagePort, parentPort, Worker, workerData } from 'node:worker_threads';
import { duplicateDescriptor } from '../ffi/descriptor.ts';
import type { ListenAddress } from '../trigger/http/listen-address.ts';
import type { ConnectionSharing } from '../trigger/trigger.ts';
import type { Executor } from './executors.ts';
import { type InstanceCount, tellInstances } from './instance-count.ts';
import type { RunningWorker } from './worker.ts';

/** What the first thread says to another. */
type Order = { readonly adopt: number } | { readonly shed: number } | 'drain';

/** What a thread is given when it starts. */
type ThreadData = {
  readonly address: ListenAddress;
  /** How many connections the thread has or is about to get; both sides count. */
  readonly connections: Int32Array<SharedArrayBuffer>;
  readonly instances: InstanceCount;
};

/** What the app of a further thread has to do with those of the others. */
type ThreadPart = { readonly sharing: ConnectionSharing; readonly instances: InstanceCount };

/** The word that leads the arguments of a thread, as `worker` leads those of the process. */
export const EXECUTOR_ROLE = 'executor';

/** The asset of the executable that has its main script, which a thread runs too. */
export const MAIN_ASSET = 'main.js';

/** Starts a thread with the arguments of this process's worker. */
export function startExecutor(shared: Omit<ThreadData, 'connections'>, args: readonly string[]): Executor {
  const connections = new Int32Array(new SharedArrayBuffer(4));
  const data: ThreadData = { ...shared, connections };
  const options = { argv: [EXECUTOR_ROLE, ...args], workerData: data, trackUnmanagedFds: false };
  const worker = isSea()
    ? new Worker(getAsset(MAIN_ASSET, 'utf8'), { ...options, eval: true })
    : new Worker(process.argv[1] ?? '', options);
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  void ended.then(() => tellInstances(shared.instances, 0));
  // What it had to say it has said in the log.
  worker.on('error', () => undefined);
  worker.unref();
  const order = (message: Order) => worker.postMessage(message);
  return {
    utilization: createUtilization(() => worker.performance.eventLoopUtilization()),
    get connections() {
      return Atomics.load(connections, 0);
    },
    adopt: (descriptor) => {
      Atomics.add(connections, 0, 1);
      order({ adopt: duplicateDescriptor(descriptor) });
    },
    shed: (part) => order({ shed: part }),
    drain: () => {
      worker.ref();
      order('drain');
      return ended;
    },
    close: () => void worker.terminate(),
    onEnd: (callback) => void ended.then(callback),
  };
}

/** Returns how busy this thread was since the last call. */
export const ownUtilization = createUtilization(() => performance.eventLoopUtilization());

function createUtilization(read: () => EventLoopUtilization): () => number {
  let last: EventLoopUtilization = { idle: 0, active: 0, utilization: 0 };
  return () => {
    const now = read();
    const active = now.active - last.active;
    const all = active + now.idle - last.idle;
    last = now;
    return all > 0 ? active / all : 0;
  };
}

/** Serves as the first thread orders, in the other one; resolves when it is let go and nothing is under way. */
export async function takeOrders(start: (part: ThreadPart) => Promise<RunningWorker>): Promise<void> {
  const { address, connections, instances } = workerData as ThreadData;
  const onEnd = () => void Atomics.sub(connections, 0, 1);
  const worker = await start({ sharing: { thread: 'further', address, onEnd }, instances });
  const port = parentPort as MessagePort;
  await new Promise<void>((resolve) => {
    // Orders that came before now have waited.
    port.on('message', (order: Order) => {
      if (order === 'drain') resolve();
      else if ('adopt' in order) worker.shared?.adopt(order.adopt);
      else worker.shared?.shed(order.shed);
    });
  });
  await worker.drain();
  port.close();
}
