// EDGE: what one thread of a worker has of the machine: its output, an engine, the clock of its processor time.

import { availableParallelism } from 'node:os';
import type { Engine } from '../engine/engine.ts';
import { MemoryTrimmer } from '../ffi/memory-trimmer.ts';
import { Watchdog } from '../ffi/watchdog.ts';
import { mayWait } from '../wasi/async.ts';
import { workerPathsIn } from './config.ts';
import { DescriptorWriter } from './descriptor.ts';
import { DescriptorSink } from './descriptor-sink.ts';
import { readConfigFile, readEnvironmentFile, readRoots, readRuntimeConfig, type WorkerInput } from './files.ts';
import type { InstanceLimits } from './limits.ts';
import { ownMemoryBytes } from './own-memory.ts';
import { type LoadParser, openRuntimeConfig } from './runtime-config.ts';
import type { WorkerMachine, WorkerOptions } from './worker.ts';

/** How long the last lines may take to be written, in milliseconds. */
const FLUSH_TIMEOUT_MS = 2000;

const encoder = new TextEncoder();

/** A thread's share of the machine. */
export type ThreadMachine = WorkerMachine & {
  /** Resolves when the last lines are written, or cannot be. */
  readonly flush: () => Promise<void>;
};

/** Opens the container's standard output and error for this thread. */
export function openMachine(): ThreadMachine {
  const trimmer = new MemoryTrimmer();
  const stdout = new DescriptorWriter(1);
  const stderr = new DescriptorWriter(2);
  return {
    createEngine,
    createWatchdog: (countdownMs) => new Watchdog(countdownMs),
    ownMemoryBytes,
    openGuestOutput: () => new DescriptorSink(stderr),
    print: (text) => stdout.write(encoder.encode(text)),
    log: (line) => stderr.write(encoder.encode(`${line}\n`)),
    onEvent: () => trimmer.touch(),
    flush: async () => void (await Promise.all([stdout.flush(FLUSH_TIMEOUT_MS), stderr.flush(FLUSH_TIMEOUT_MS)])),
  };
}

/** Returns how many processors this process may run on. */
function availableProcessors(): number {
  return availableParallelism();
}

/** Where an app is: the shim's mount, the folder that the plan's paths are relative to; and how its configuration is read. */
export type AppPlace = { readonly mount: string; readonly root: string; readonly loadParser: LoadParser };

/** Reads what else an app needs that the shim laid out in `mount`. Throws an `Error` that says what is wrong with the pod's configuration. */
export async function openApp(
  input: WorkerInput,
  machine: ThreadMachine,
  { mount, root, loadParser }: AppPlace,
): Promise<WorkerOptions> {
  const { environment } = input.config;
  const configFile = readRuntimeConfig(root, environment);
  return {
    ...input,
    ...machine,
    components: workerPathsIn(mount).components,
    threads: Math.min(availableProcessors(), input.config.processors ?? Infinity),
    root,
    runtimeConfig: await openRuntimeConfig(configFile, { ...machine, loadParser }),
    readConfigFile: (path) => readConfigFile(root, configFile, path),
    readRoots: () => readRoots(root, environment),
    readEnvironmentFile: (path) => readEnvironmentFile(root, path),
  };
}

async function createEngine(name: Engine['name'], { maxIdleBytes, maxUses }: InstanceLimits): Promise<Engine> {
  if (name === 'jco') return (await import('../engine/jco/jco-engine.ts')).createJcoEngine();
  const { createLinkEngine } = await import('../engine/link/link-engine.ts');
  return createLinkEngine({ waits: mayWait, maxIdleBytes, maxUses });
}
