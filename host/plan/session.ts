// The plan process's side of the protocol: answers requests with the guest runtime and the transpiler, each opened when it is first
// needed. Knows nothing of the process it runs in.

import { COMPONENT_INFO } from '../engine/jco/transpile-options.ts';
import type { Diagnostic, LinkExports, LinkedComponent } from '../gen/runtime.ts';
import { type ComponentFile, createLinkedFiles, createTranspiledFiles } from './component-files.ts';
import { findModuleFault } from './core-module.ts';
import { callGuest, type GuestRuntime, openGuestRuntime } from './guest-runtime.ts';
import { checkImports } from './host-interfaces.ts';
import { encodeHead, MessageReader } from './message.ts';
import {
  type DependencyEntry,
  dependencyField,
  type FileEntry,
  type PlanAnswer,
  type PlanRequest,
} from './protocol.ts';
import type { Adapt } from './transpiler/component-tools.ts';
import type { Generate } from './transpiler/entry.ts';

/** What a session works with. */
export type SessionTools = {
  /** The transpiled files of the built-in guest runtime. */
  readonly readBuiltIn: () => ReadonlyMap<string, Uint8Array>;
  /** Reads what few components need, and gives what opens it. */
  readonly readComponentTools: () => ComponentTools;
  /** Called when everything that must be read from the machine was read, before the first byte of an app is looked at. */
  readonly dropPrivileges: () => void;
};

/** What opens the transpiler, for components that our own engine does not take, and what adapts core modules. */
export type ComponentTools = {
  readonly openTranspiler: () => Promise<Generate>;
  readonly openAdapt: () => Promise<Adapt>;
};

type Answer = { readonly head: PlanAnswer; readonly files?: readonly ComponentFile[] };

/** Answers the requests of `input` until it ends. Throws when the input is not a sequence of requests. */
export async function serveSession(
  input: AsyncIterable<Uint8Array>,
  write: (bytes: Uint8Array) => Promise<void>,
  tools: SessionTools,
): Promise<void> {
  const reader = new MessageReader(input);
  const session = new Session(tools);
  for (;;) {
    const request = await reader.readHead<PlanRequest>();
    if (!request) return;
    const payload = await reader.readBytes(request.payload);
    const { head, files = [] } = await session.answer(request, payload);
    await write(encodeHead(head));
    for (const { bytes } of files) await write(bytes);
  }
}

class Session {
  readonly #tools: SessionTools;
  #runtime: Promise<GuestRuntime> | undefined;
  #componentTools: ComponentTools | undefined;
  #generate: Promise<Generate> | undefined;
  #adapt: Promise<Adapt> | undefined;

  constructor(tools: SessionTools) {
    this.#tools = tools;
  }

  async answer(request: PlanRequest, payload: Uint8Array): Promise<Answer> {
    try {
      return await this.#answer(request, payload);
    } catch (error) {
      return { head: { kind: 'failed', message: error instanceof Error ? error.message : String(error), payload: 0 } };
    }
  }

  async #answer(request: PlanRequest, payload: Uint8Array): Promise<Answer> {
    // Before privileges are dropped: later the tools' files may be out of reach.
    this.#componentTools ??= this.#tools.readComponentTools();
    if (request.kind === 'runtime') this.#runtime = openGuestRuntime(splitFiles(request.files, payload));
    else this.#runtime ??= openGuestRuntime(this.#tools.readBuiltIn());
    const { app, link } = await this.#runtime;
    this.#tools.dropPrivileges();
    switch (request.kind) {
      case 'runtime':
        return { head: { kind: 'done', payload: 0 } };
      case 'app': {
        const result = await callGuest(() => app.plan(request.source, request.options));
        return 'value' in result
          ? { head: { kind: 'app', plan: result.value, payload: 0 } }
          : refuse(result.diagnostics);
      }
      case 'handler': {
        const { component, executor, exports } = request;
        const result = await callGuest(() => app.selectHandler(component, executor, [...exports]));
        return 'value' in result
          ? { head: { kind: 'handler', handler: result.value, payload: 0 } }
          : refuse(result.diagnostics);
      }
      case 'component':
        return this.#prepare(link, request, payload);
    }
  }

  async #prepare(
    exports: LinkExports,
    request: Extract<PlanRequest, { kind: 'component' }>,
    payload: Uint8Array,
  ): Promise<Answer> {
    const linked = await this.#link(exports, request, splitSources(request.dependencies, payload));
    if ('diagnostics' in linked) return refuse(linked.diagnostics);
    const { sources, value } = linked;
    // The other engine knows nothing of what is linked to a component.
    const isLinked =
      value.tag === 'plan' && (request.engine === 'any' || value.val.modules.some(({ file }) => file > 0));
    const { plan, faults } = checkImports(value, isLinked);
    if (faults.length > 0) return refuse(faults.map((message) => ({ severity: 'error', file: request.name, message })));
    const linkedPlan = isLinked ? plan : undefined;
    const fault = linkedPlan && findModuleFault(linkedPlan, sources);
    if (fault !== undefined) {
      return refuse([{ severity: 'error', ...placeOf(request, fault.file), message: fault.message }]);
    }
    const files =
      linkedPlan === undefined
        ? createTranspiledFiles(await this.#openTranspiler(), sources[0] as Uint8Array, value.val)
        : createLinkedFiles(linkedPlan, sources);
    const entries = files.map(({ name, bytes }): FileEntry => ({ name, size: bytes.length }));
    const length = entries.reduce((sum, { size }) => sum + size, 0);
    return { head: { kind: 'component', files: entries, payload: length }, files };
  }

  /** Links a component with its dependencies. Core modules among them become components, one after the other. */
  async #link(
    { link }: LinkExports,
    { name, dependencies }: Extract<PlanRequest, { kind: 'component' }>,
    sources: readonly Uint8Array[],
  ): Promise<Linked> {
    const adapted = [...sources];
    for (let left = sources.length; left >= 0; left--) {
      const [component, ...others] = adapted as [Uint8Array, ...Uint8Array[]];
      const given = others.map((bytes, index) => ({ ...(dependencies[index] as DependencyEntry), component: bytes }));
      const linked = await callGuest(() => link(component, given, { name }));
      if ('diagnostics' in linked) return linked;
      if (linked.value.tag !== 'core-module') return { value: linked.value, sources: adapted };
      const { file, adapter, spin1 } = linked.value.val;
      const module = adapted[file];
      if (module === undefined) break;
      const place = placeOf({ name, dependencies }, file);
      const result = await callAdapt(await this.#openAdapt(), place, module, adapter, spin1);
      if ('diagnostics' in result) return result;
      adapted[file] = result.component;
    }
    throw new Error('the guest runtime takes components for core modules');
  }

  #openTranspiler(): Promise<Generate> {
    this.#generate ??= this.#componentTools?.openTranspiler() ?? Promise.reject(new Error('no transpiler was read'));
    return this.#generate;
  }

  #openAdapt(): Promise<Adapt> {
    this.#adapt ??= this.#componentTools?.openAdapt() ?? Promise.reject(new Error('no component tools were read'));
    return this.#adapt;
  }
}

type Refused = { readonly diagnostics: readonly Diagnostic[] };

type Linked =
  | Refused
  | {
      readonly value: Exclude<LinkedComponent, { tag: 'core-module' }>;
      /** What was linked: the component, then its dependencies. */
      readonly sources: readonly Uint8Array[];
    };

/** Names the component, or the dependency, whose bytes are file number `file` of what is linked. */
function placeOf(
  { name, dependencies }: Pick<Extract<PlanRequest, { kind: 'component' }>, 'name' | 'dependencies'>,
  file: number,
): Pick<Diagnostic, 'file' | 'field'> {
  const dependency = dependencies[file - 1];
  return dependency ? { file: name, field: dependencyField(dependency.name) } : { file: name };
}

/** Cuts a payload into the component and its dependencies. */
function splitSources(dependencies: readonly DependencyEntry[], payload: Uint8Array): Uint8Array[] {
  let start = payload.length - dependencies.reduce((sum, { size }) => sum + size, 0);
  const sources = [payload.subarray(0, start)];
  for (const { size } of dependencies) {
    sources.push(payload.subarray(start, start + size));
    start += size;
  }
  return sources;
}

/** Makes a component of a core module, or says what the tools do not like about it. */
async function callAdapt(
  adapt: Adapt,
  place: Pick<Diagnostic, 'file' | 'field'>,
  ...args: Parameters<Adapt>
): Promise<Refused | { readonly component: Uint8Array }> {
  try {
    return { component: await adapt(...args) };
  } catch (error) {
    const message = `the core module cannot become a component: ${readReason(error)}`;
    return { diagnostics: [{ severity: 'error', ...place, message }] };
  }
}

/** The tools throw texts of several lines, as payload of an error. */
function readReason(error: unknown): string {
  const { payload } = error as { payload?: unknown };
  const text = typeof payload === 'string' ? payload : error instanceof Error ? error.message : String(error);
  return text.trim().replaceAll(/\s*\n\s*/g, ': ');
}

function refuse(diagnostics: readonly Diagnostic[]): Answer {
  return { head: { kind: 'refused', diagnostics, payload: 0 } };
}

function splitFiles(entries: readonly FileEntry[], payload: Uint8Array): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  let offset = 0;
  for (const { name, size } of entries) {
    files.set(name, payload.subarray(offset, offset + size));
    offset += size;
  }
  if (offset !== payload.length || !files.has(COMPONENT_INFO))
    throw new Error('the guest runtime is not a prepared component');
  return files;
}
