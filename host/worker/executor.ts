// A thread of the worker beside the first: the same app, for connections that the first gives it.

import type { Invocation } from '../invocation.ts';
import { WORKER_MOUNT, workerPathsIn } from './config.ts';
import { takeOrders } from './executor-thread.ts';
import { readWorkerInput } from './files.ts';
import { openApp, openMachine } from './machine.ts';
import type { LoadParser } from './runtime-config.ts';
import { startWorker } from './worker.ts';

/** Serves until the first thread lets it go. The arguments are those of the worker. */
export async function runExecutor({ args, onUncaught }: Invocation, loadParser: LoadParser): Promise<number> {
  const [mount = WORKER_MOUNT, root = '/'] = args;
  const machine = openMachine();
  onUncaught((error) => machine.log(`internal error: ${error instanceof Error ? error.stack : String(error)}`));
  try {
    // The first thread has announced all this.
    const silent = { ...machine, print: () => undefined };
    const options = await openApp(readWorkerInput(workerPathsIn(mount)), silent, { mount, root, loadParser });
    await takeOrders((part) => startWorker({ ...options, ...part }));
    return 0;
  } catch (error) {
    machine.log(`Error: a further thread cannot serve: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  } finally {
    await machine.flush();
  }
}
