// The worker's role: runs inside a Spin container, in place of the image's process, until a signal or the end of its shim. It must do
// with a root file system that is empty and read-only, without a user's name and without a temporary folder.

import type { Engine } from '../engine/engine.ts';
import { MemoryTrimmer } from '../ffi/memory-trimmer.ts';
import { Watchdog } from '../ffi/watchdog.ts';
import type { Invocation } from '../invocation.ts';
import { mayWait } from '../wasi/async.ts';
import { WORKER_MOUNT, workerPathsIn } from './config.ts';
import { DescriptorWriter } from './descriptor.ts';
import { DescriptorSink } from './descriptor-sink.ts';
import {
  readConfigFile,
  readEnvironmentFile,
  readRoots,
  readRuntimeConfig,
  readWorkerInput,
  watchControl,
  writeTerminationMessage,
} from './files.ts';
import { limitInstanceMemory, limitYoungGeneration } from './heap.ts';
import type { InstanceLimits } from './limits.ts';
import { ownMemoryBytes } from './own-memory.ts';
import { type LoadParser, openRuntimeConfig } from './runtime-config.ts';
import { type RunningWorker, startWorker } from './worker.ts';

/** The exit status of an app that could not start, as the original has it. */
const STARTUP_FAILED = 137;

/** The environment variable with the seconds that requests under way get after SIGTERM. */
const GRACE_VARIABLE = 'SPIN_SHUTDOWN_GRACE_SECONDS';

/** The environment variable with the most bytes of memory an instance may have. */
const MEMORY_VARIABLE = 'SPIN_MAX_INSTANCE_MEMORY';

/** Kubernetes kills 30 s after SIGTERM. */
const DEFAULT_GRACE_SECONDS = 25;

/** How long the last lines may take to be written, in milliseconds. */
const FLUSH_TIMEOUT_MS = 2000;

const encoder = new TextEncoder();

/** Runs an app. The arguments are for trying it outside a container: the shim's mount, and the app's root folder. */
export async function runWorker(
  { args, onTerminate, onUncaught }: Invocation,
  loadParser: LoadParser,
): Promise<number> {
  limitYoungGeneration();
  const [mount = WORKER_MOUNT, root = '/'] = args;
  const trimmer = new MemoryTrimmer();
  const stdout = new DescriptorWriter(1);
  const stderr = new DescriptorWriter(2);
  const log = (line: string) => stderr.write(encoder.encode(`${line}\n`));
  onUncaught((error) => log(`internal error: ${error instanceof Error ? error.stack : String(error)}`));
  const ending = Promise.race([aborted(onTerminate()), watchControl()]);
  let terminationMessagePath: string | null = null;
  try {
    const paths = workerPathsIn(mount);
    const input = readWorkerInput(paths);
    ({ terminationMessagePath } = input.config);
    const { environment } = input.config;
    const print = (text: string) => stdout.write(encoder.encode(text));
    const configFile = readRuntimeConfig(root, environment);
    const runtimeConfig = await openRuntimeConfig(configFile, { loadParser, print, log });
    limitInstanceMemory(environment[MEMORY_VARIABLE] ?? runtimeConfig.maxInstanceMemory?.toString());
    const worker = await startWorker({
      ...input,
      components: paths.components,
      root,
      runtimeConfig,
      readConfigFile: (path) => readConfigFile(root, configFile, path),
      readRoots: () => readRoots(root, environment),
      readEnvironmentFile: (path) => readEnvironmentFile(root, path),
      createEngine,
      createWatchdog: (countdownMs) => new Watchdog(countdownMs),
      ownMemoryBytes,
      openGuestOutput: () => new DescriptorSink(stderr),
      print,
      log,
      onEvent: () => trimmer.touch(),
    });
    trimmer.touch();
    await ending;
    await end(worker, environment[GRACE_VARIABLE], log);
    return 0;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    log(`Error: ${message}`);
    if (terminationMessagePath !== null) writeTerminationMessage(terminationMessagePath, message);
    return STARTUP_FAILED;
  } finally {
    await Promise.all([stdout.flush(FLUSH_TIMEOUT_MS), stderr.flush(FLUSH_TIMEOUT_MS)]);
  }
}

async function createEngine(name: Engine['name'], { maxIdleBytes, maxUses }: InstanceLimits): Promise<Engine> {
  if (name === 'jco') return (await import('../engine/jco/jco-engine.ts')).createJcoEngine();
  const { createLinkEngine } = await import('../engine/link/link-engine.ts');
  return createLinkEngine({ waits: mayWait, maxIdleBytes, maxUses });
}

async function end(worker: RunningWorker, grace: string | undefined, log: (line: string) => void): Promise<void> {
  const seconds = grace !== undefined && /^\d+$/.test(grace) ? Number(grace) : DEFAULT_GRACE_SECONDS;
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
