// The life of a Spin container after its input has been read: factors, components, triggers, and their end.

import { createPlanWithoutGrants } from '../../guest-runtime/app/no-grants.ts';
import type { Engine } from '../engine/engine.ts';
import { configureFactors, type FactorContext } from '../factor/factor.ts';
import { createHttpsLoader } from '../factor/https.ts';
import { factors } from '../factor/index.ts';
import type { RuntimeConfig } from '../factor/runtime-config/empty.ts';
import { openVariables } from '../factor/variable-provider/providers.ts';
import type { PreparedApp } from '../plan/prepared-app.ts';
import { startTrigger } from '../trigger/index.ts';
import type { ConnectionSharing, RunningTrigger, SharedConnections, TriggerContext } from '../trigger/trigger.ts';
import type { ByteSink } from '../wasi/io/output-stream.ts';
import { type ComponentLoader, loadComponents } from './components.ts';
import type { WorkerConfig } from './config.ts';
import { createDecider } from './decider.ts';
import type { InstanceCount } from './instance-count.ts';
import { type InstanceLimits, limitsOf } from './limits.ts';
import { type OversightOptions, oversee } from './oversight.ts';

/** What a thread of the worker needs from the machine. */
export type WorkerMachine = Pick<OversightOptions, 'createWatchdog' | 'ownMemoryBytes'> & {
  /** Creates an engine that keeps to the limits of instances. */
  readonly createEngine: (name: Engine['name'], limits: InstanceLimits) => Promise<Engine>;
  /** Opens a sink on the container's standard error. */
  readonly openGuestOutput: () => ByteSink;
  readonly print: (text: string) => void;
  readonly log: (line: string) => void;
  /** Called after each event that was served. */
  readonly onEvent: () => void;
};

/** An app to be started. */
export type WorkerOptions = WorkerMachine & {
  readonly config: WorkerConfig;
  readonly app: PreparedApp;
  /** The folder of the prepared components. */
  readonly components: string;
  /** The folder that the plan's paths are relative to. */
  readonly root: string;
  readonly runtimeConfig: RuntimeConfig;
  /** Reads a file that the runtime configuration names. */
  readonly readConfigFile: (path: string) => string;
  /** Reads the root certificates that the container trusts. */
  readonly readRoots: () => readonly string[];
  readonly readEnvironmentFile: (path: string) => Readonly<Record<string, string>>;
  /** Told once of each component how its requests are kept apart. */
  readonly onIsolation?: ComponentLoader['onIsolation'];
  /** How many threads the worker may have, this one among them. */
  readonly threads: number;
  readonly onUnusable?: ComponentLoader['onUnusable'];
  /** How the threads of the worker share connections. */
  readonly sharing?: ConnectionSharing;
  /** How they count instances together. */
  readonly instances?: InstanceCount;
};

/** An app that serves. */
export interface RunningWorker {
  /** The trigger whose connections can be shared among threads, if there is one. */
  readonly shared: SharedConnections | undefined;
  /** Takes no more events and resolves when those under way are done. */
  drain(): Promise<void>;
  /** Cuts off what is still under way. */
  close(): void;
}

/** Starts the app: when this resolves, everything is compiled and every trigger takes events. Throws an `Error` for the operator. */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { plan } = options.app;
  const { environment, memoryLimitBytes } = options.config;
  const limits = limitsOf(environment, memoryLimitBytes, plan.components.length, options.threads);
  const running: RunningTrigger[] = [];
  const { runtimeConfig, readConfigFile, readEnvironmentFile } = options;
  const loadHttps = createHttpsLoader(options.readRoots, options.log);
  const context: FactorContext = {
    app: plan,
    environment,
    root: options.root,
    runtimeConfig,
    readConfigFile,
    loadHttps,
    variables: await openVariables({
      ...{ configs: runtimeConfig.variableProviders, environment, variables: plan.variables },
      ...{ readEnvironmentFile, loadHttps },
    }),
    openGuestOutput: options.openGuestOutput,
    warn: options.log,
    entrance: () => running.find(({ entrance }) => entrance !== undefined)?.entrance,
  };
  const loader: ComponentLoader = {
    createEngine: (name) => options.createEngine(name, limits),
    directory: options.components,
    prepareHost: await configureFactors(factors, context),
    log: options.log,
    onIsolation: options.onIsolation,
    onUnusable: options.onUnusable,
  };
  const loaded = await loadComponents(options.app, loader);
  const oversight = oversee({ ...options, loaded, limits, triggers: running });
  const triggerContext: TriggerContext = {
    app: plan,
    environment,
    components: oversight.components,
    admission: oversight.admission,
    decide: await createDecide(options, loader),
    print: options.print,
    log: options.log,
    onEvent: options.onEvent,
    sharing: options.sharing,
  };
  for (const trigger of plan.triggers) running.push(await startTrigger(trigger, triggerContext));
  return {
    shared: running.find(({ shared }) => shared !== undefined)?.shared,
    drain: async () => {
      await Promise.all(running.map((trigger) => trigger.drain()));
      oversight.close();
    },
    close: () => {
      for (const trigger of running) trigger.close();
    },
  };
}

/** The guest runtime gets WASI and nothing of the app's grants. */
async function createDecide({ app }: WorkerOptions, loader: ComponentLoader): Promise<TriggerContext['decide']> {
  if (app.runtime === null) return () => Promise.reject(new Error('the plan has no guest runtime'));
  const engine = await loader.createEngine('jco');
  const runtime = await engine.load(`${loader.directory}/${app.runtime.key}`);
  return createDecider(runtime, await loader.prepareHost(createPlanWithoutGrants('guest runtime')));
}
