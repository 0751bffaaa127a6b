// The worker's role: runs inside a Spin container, in place of the image's process, until a signal or the end of its shim. It must do
// with a root file system that is empty and read-only, without a user's name and without a temporary folder.

import type { Isolation } from '../engine/engine.ts';
import type { Invocation } from '../invocation.ts';
import { WORKER_MOUNT, workerPathsIn } from './config.ts';
import { Executors } from './executors.ts';
import { readWorkerInput, watchControl, writeTerminationMessage } from './files.ts';
import { limitInstanceMemory, limitYoungGeneration, MEMORY_VARIABLE } from './heap.ts';
import { createInstanceCount } from './instance-count.ts';
import { graceSecondsOf } from './limits.ts';
import { openApp, openMachine } from './machine.ts';
import { METRICS_VARIABLE } from './metrics.ts';
import type { KnownMetrics } from './metrics-server.ts';
import type { LoadParser } from './runtime-config.ts';
import { type RunningWorker, startWorker, type WorkerOptions } from './worker.ts';

/** The exit status of an app that could not start, as the original has it. */
const STARTUP_FAILED = 137;

/** Runs an app. The arguments are for trying it outside a container: the shim's mount, and the app's root folder. */
export async function runWorker(
  { args, onTerminate, onUncaught }: Invocation,
  loadParser: LoadParser,
): Promise<number> {
  limitYoungGeneration();
  const [mount = WORKER_MOUNT, root = '/'] = args;
  const machine = openMachine();
  const { log } = machine;
  onUncaught((error) => log(`internal error: ${error instanceof Error ? error.stack : String(error)}`));
  const ending = Promise.race([aborted(onTerminate()), watchControl()]);
  let terminationMessagePath: string | null = null;
  const say = (message: string) => {
    log(`Error: ${message}`);
    if (terminationMessagePath !== null) writeTerminationMessage(terminationMessagePath, message);
  };
  try {
    const input = readWorkerInput(workerPathsIn(mount));
    ({ terminationMessagePath } = input.config);
    const options = await openApp(input, machine, { mount, root, loadParser });
    const { environment } = input.config;
    const graceSeconds = graceSecondsOf(environment);
    limitInstanceMemory(environment[MEMORY_VARIABLE] || options.runtimeConfig.maxInstanceMemory?.toString(), log);
    const isolations = new Map<string, Isolation>();
    let worker: RunningThreads | undefined;
    await openMetrics(environment[METRICS_VARIABLE], () => ({ isolations, threads: worker?.threads() ?? 0 }));
    const onIsolation = (id: string, isolation: Isolation) => void isolations.set(id, isolation);
    // It stays up, as the original does. When a probe's failures end it, this is what a person wants to know.
    const onUnusable = (id: string, error: unknown) =>
      say(`component "${id}" cannot be instantiated: ${messageOf(error)}`);
    worker = await startThreads({ ...options, onIsolation, onUnusable }, args);
    machine.onEvent();
    await ending;
    await end(worker, graceSeconds, log);
    return 0;
  } catch (error) {
    say(messageOf(error));
    return STARTUP_FAILED;
  } finally {
    await machine.flush();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Serves metrics where the pod asks for it; most do not, and load nothing for it. */
async function openMetrics(address: string | undefined, read: () => KnownMetrics): Promise<void> {
  if (address === undefined || address === '') return;
  const { serveMetrics } = await import('./metrics-server.ts');
  await serveMetrics(address, read);
}

/** An app that serves on some threads. */
type RunningThreads = RunningWorker & { readonly threads: () => number };

/** Starts the app on this thread, and on further ones when there is work for them. */
async function startThreads(options: WorkerOptions, args: readonly string[]): Promise<RunningThreads> {
  const { threads: processors } = options;
  if (processors <= 1) return { ...(await startWorker(options)), threads: () => 1 };
  let executors: Executors | undefined;
  const instances = createInstanceCount();
  const worker = await startWorker({
    ...options,
    instances,
    onEvent: () => {
      options.onEvent();
      executors?.touch();
    },
    sharing: { thread: 'first', offer: (descriptor) => executors?.place(descriptor) ?? false },
  });
  const { shared } = worker;
  if (shared === undefined) return { ...worker, threads: () => 1 };
  const { startExecutor, ownUtilization } = await import('./executor-thread.ts');
  const running = new Executors({
    processors,
    first: {
      utilization: ownUtilization,
      get connections() {
        return shared.count;
      },
      shed: shared.shed,
    },
    start: () => startExecutor({ address: shared.address, instances: createInstanceCount(instances.all) }, args),
  });
  executors = running;
  return {
    ...worker,
    threads: () => 1 + running.count,
    drain: async () => void (await Promise.all([worker.drain(), running.drain()])),
    close: () => {
      worker.close();
      running.close();
    },
  };
}

async function end(worker: RunningWorker, seconds: number, log: (line: string) => void): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const isDrained = await Promise.race([
    worker.drain().then(() => true),
    new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), seconds * 1000);
    }),
  ]);
  clearTimeout(timer);
  if (isDrained) return;
  log(`requests were still under way after ${seconds} s and are cut off`);
  worker.close();
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
