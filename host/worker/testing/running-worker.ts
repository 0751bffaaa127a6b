// A worker within the test's process, on a free port, that remembers what it and its guests write.

import { readFileSync } from 'node:fs';
import { createJcoEngine } from '../../engine/jco/jco-engine.ts';
import { createLinkEngine } from '../../engine/link/link-engine.ts';
import { emptyRuntimeConfig, type RuntimeConfig } from '../../factor/runtime-config/empty.ts';
import { Watchdog } from '../../ffi/watchdog.ts';
import type { AppPlan } from '../../gen/runtime.ts';
import { mayWait } from '../../wasi/async.ts';
import { BodyPipe } from '../../wasi/http/body-pipe.ts';
import type { InstanceCount } from '../instance-count.ts';
import { ownMemoryBytes } from '../own-memory.ts';
import { startWorker } from '../worker.ts';
import { prepareTestApp } from './prepared-app.ts';

/** An app that a test talks to. */
export interface TestWorker {
  readonly port: number;
  readonly printed: string;
  /** Lines of the worker and output of guests, in order. */
  readonly logged: readonly string[];
  drain(): Promise<void>;
  close(): void;
  stop(): Promise<void>;
}

/** What a test worker may be told. */
export type TestWorkerOptions = {
  readonly engine?: 'jco' | 'link';
  readonly environment?: Readonly<Record<string, string>>;
  readonly runtimeConfig?: Partial<RuntimeConfig>;
  /** The folder with the app's files. */
  readonly root?: string;
  /** What other threads have. */
  readonly instances?: InstanceCount;
};

/** Prepares and starts an app. Rejects as the worker does. */
export async function startTestWorker(
  plan: AppPlan,
  binaries: Readonly<Record<string, Uint8Array>>,
  options: TestWorkerOptions = {},
): Promise<TestWorker> {
  const environment = { SPIN_HTTP_LISTEN_ADDR: '127.0.0.1:0', ...options.environment };
  const fixture = await prepareTestApp(plan, binaries, options.engine ?? 'link', environment);
  const logged: string[] = [];
  let printed = '';
  try {
    const worker = await startWorker({
      config: {
        containerId: 'test',
        environment,
        args: [],
        terminationMessagePath: null,
        memoryLimitBytes: null,
        processors: null,
      },
      app: fixture.app,
      components: fixture.paths.components,
      root: options.root ?? '/',
      threads: 1,
      ...(options.instances && { instances: options.instances }),
      runtimeConfig: { ...emptyRuntimeConfig, ...options.runtimeConfig },
      readConfigFile: (path) => readFileSync(path, 'utf8'),
      readRoots: () => [],
      readEnvironmentFile: () => ({}),
      createEngine: async (name, { maxUses }) =>
        name === 'jco' ? createJcoEngine() : createLinkEngine({ waits: mayWait, maxUses }),
      createWatchdog: (countdownMs) => new Watchdog(countdownMs),
      ownMemoryBytes,
      openGuestOutput: () => createLogPipe(logged),
      print: (text) => {
        printed += text;
      },
      log: (line) => logged.push(line),
      onEvent: () => {},
    });
    const stop = async () => {
      worker.close();
      await worker.drain();
      await fixture.remove();
    };
    return { port: Number(/:(\d+)$/m.exec(printed)?.[1]), printed, logged, stop, ...worker };
  } catch (error) {
    await fixture.remove();
    throw error;
  }
}

function createLogPipe(logged: string[]): BodyPipe {
  const pipe = new BodyPipe();
  const write = (chunk: Uint8Array) => logged.push(new TextDecoder().decode(chunk)) > 0;
  pipe.attach({ write, end: () => {}, abort: () => {} });
  return pipe;
}
