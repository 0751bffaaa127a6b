// Asks the plan process in the terms of this room: plan an app, prepare a component, choose a handler. Gives the process the guest
// runtime that was asked for before anything else.

import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { COMPONENT_INFO } from '../engine/jco/transpile-options.ts';
import type { AppPlan, AppSource, ComponentPlan, DependencyPlan, HttpExecutor, PlanOptions } from '../gen/runtime.ts';
import { Code, StatusError } from '../ttrpc/status.ts';
import { createDraft, readContents, readEntry } from './cache.ts';
import { readChunks } from './chunks.ts';
import type { ComponentInfo } from './component-files.ts';
import { digestFile, digestOf } from './digest.ts';
import { type Command, readVersions } from './executable.ts';
import { PlanProcess } from './plan-process.ts';
import type { DependencyEntry } from './protocol.ts';

/** A file to read a component from. `name` is for diagnostics. */
export type ComponentInput = {
  readonly name: string;
  readonly handle: FileHandle;
  readonly size: number;
  readonly dependencies?: readonly DependencyInput[];
};

/** What a component is linked with. */
export type DependencyInput = {
  readonly dependency: DependencyPlan;
  readonly path: string;
  readonly handle: FileHandle;
  readonly size: number;
  readonly sha256: string;
};

/** Which engine components are prepared for: the one that suits each best, or jco's for all. */
export type EngineChoice = 'any' | 'jco';

/** A guest runtime other than the built-in one: a component on the node. */
type OtherRuntime = ComponentInput & { readonly key: string };

/** What a planner works with. */
export type PlannerOptions = {
  readonly cache: string;
  /** How to start the plan process. */
  readonly command: Command;
  readonly engine: EngineChoice;
  /** A guest runtime in place of the built-in one: the path of a component on the node. */
  readonly runtimeComponent: string | undefined;
};

/** One use of the plan process. Close it, also when nothing was asked. */
export class Planner {
  /** Names the guest runtime: what it plans must not be taken for another's. */
  readonly runtimeDigest: string;
  /** The component key of a guest runtime that is not the built-in one; its folder is there once anything was asked. */
  readonly runtimeKey: string | null;
  readonly #cache: string;
  readonly #engine: EngineChoice;
  readonly #process: PlanProcess;
  readonly #runtime: OtherRuntime | null;
  #isReady = false;
  /** The guest runtime, where it exports interfaces that components may import. */
  #offering: readonly ComponentInput[] = [];

  private constructor(options: PlannerOptions, runtimeDigest: string, runtime: OtherRuntime | null) {
    this.#cache = options.cache;
    this.#engine = options.engine;
    this.#process = new PlanProcess(options.command);
    this.#runtime = runtime;
    this.runtimeDigest = runtimeDigest;
    this.runtimeKey = runtime?.key ?? null;
  }

  /** Starts nothing yet. Throws a `StatusError` when the guest runtime cannot be read. */
  static async open(options: PlannerOptions): Promise<Planner> {
    const { guestRuntime: builtIn } = readVersions();
    const { runtimeComponent } = options;
    if (runtimeComponent === undefined) return new Planner(options, builtIn, null);
    const handle = await open(runtimeComponent).catch((error: Error) => {
      const message = `cannot open the guest runtime ${JSON.stringify(runtimeComponent)}: ${error.message}`;
      throw new StatusError(Code.FAILED_PRECONDITION, message, { cause: error });
    });
    const { size } = await handle.stat();
    const digest = await digestFile(handle);
    return new Planner(options, digest, {
      name: runtimeComponent,
      handle,
      size,
      key: componentKey('jco', builtIn, [digest]),
    });
  }

  /** The name of a prepared component's folder: it changes with anything that its content depends on. */
  keyOf(sha256: string, dependencies: readonly DependencyInput[] = []): string {
    const linked = dependencies.map((input) => [input.sha256, linkingOf(input.dependency)]);
    return componentKey(this.#engine, this.runtimeDigest, [sha256, ...linked]);
  }

  /** The folder of a prepared component. */
  folderOf(key: string): string {
    return join(this.#cache, 'components', key);
  }

  /** Plans an app. Throws `PlanRefusedError` when it is wrong. */
  async planApp(source: AppSource, options: PlanOptions): Promise<AppPlan> {
    await this.#prepareRuntime();
    return (await this.#process.ask('app', { kind: 'app', source, options, payload: 0 })).plan;
  }

  /** Prepares a component in the cache, unless it is there. Throws `PlanRefusedError` when it is not a component. */
  async prepareComponent(key: string, input: ComponentInput): Promise<void> {
    await this.#prepareRuntime();
    await this.#prepare(key, input, this.#engine);
  }

  /** Chooses the export that serves a component's http trigger. Throws `PlanRefusedError` when there is none. */
  async selectHandler(component: ComponentPlan, executor: HttpExecutor, exports: readonly string[]): Promise<string> {
    await this.#prepareRuntime();
    return (await this.#process.ask('handler', { kind: 'handler', component, executor, exports, payload: 0 })).handler;
  }

  /** Ends the plan process. Never rejects. */
  async close(): Promise<void> {
    await this.#process.close();
    await this.#runtime?.handle.close();
  }

  async #prepareRuntime(): Promise<void> {
    if (this.#isReady || !this.#runtime) return;
    const { key } = this.#runtime;
    // The built-in guest runtime links the other one, as it would any component.
    await this.#prepare(key, this.#runtime, 'jco');
    const files = (await readContents(this.folderOf(key))) ?? [];
    const payload = files.reduce((sum, { size }) => sum + size, 0);
    const paths = files.map(({ name }) => join(this.folderOf(key), name));
    await this.#process.ask('done', { kind: 'runtime', files, payload }, readFiles(paths));
    const info = (await readEntry(join(this.folderOf(key), COMPONENT_INFO))) as ComponentInfo;
    if (info.exports.some(isOffered)) this.#offering = [this.#runtime];
    this.#isReady = true;
  }

  async #prepare(key: string, input: ComponentInput, engine: EngineChoice): Promise<void> {
    if (await readContents(this.folderOf(key))) return;
    const { name, dependencies: inputs = [] } = input;
    const entries = inputs.map(({ dependency, size }): DependencyEntry => ({ ...linkingOf(dependency), size }));
    const offering = input === this.#runtime ? [] : this.#offering;
    for (const { name, size } of offering) entries.push({ name, inherit: { tag: 'all' }, size });
    const sources = [input, ...inputs, ...offering];
    const payload = sources.reduce((sum, { size }) => sum + size, 0);
    const request = { kind: 'component', name, engine, dependencies: entries, payload } as const;
    const { files } = await this.#process.ask('component', request, readAll(sources));
    const draft = await createDraft(this.#cache, this.folderOf(key));
    try {
      for (const file of files) await draft.write(file, this.#process.readPayload(file.size));
      await draft.commit();
    } finally {
      await draft.discard();
    }
  }
}

function componentKey(engine: EngineChoice, runtimeDigest: string, parts: readonly unknown[]): string {
  return digestOf(['component', readVersions().preparer, engine, runtimeDigest, ...parts]);
}

/** Whether a guest runtime exports an interface for components: one that is not its contract with this host. */
function isOffered(name: string): boolean {
  return name.includes('/') && !name.startsWith('containerd-shim-spin:runtime/');
}

/** What of a dependency its linking depends on. */
function linkingOf({ name, imports, export: exportName, inherit }: DependencyPlan): Omit<DependencyEntry, 'size'> {
  return { name, imports, export: exportName, inherit };
}

async function* readAll(inputs: readonly { readonly handle: FileHandle }[]): AsyncGenerator<Uint8Array, void> {
  for (const { handle } of inputs) yield* readChunks(handle);
}

async function* readFiles(paths: readonly string[]): AsyncGenerator<Uint8Array, void> {
  for (const path of paths) {
    await using handle = await open(path);
    yield* readChunks(handle);
  }
}
