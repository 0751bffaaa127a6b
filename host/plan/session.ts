// The plan process's side of the protocol: answers requests with the guest runtime and the transpiler, each opened when it is first
// needed. Knows nothing of the process it runs in.

import { COMPONENT_INFO } from '../engine/jco/transpile-options.ts';
import type { Adapter, Diagnostic, LinkExports, LinkedComponent } from '../gen/runtime.ts';
import { type ComponentFile, createLinkedFiles, createTranspiledFiles } from './component-files.ts';
import { callGuest, type GuestRuntime, openGuestRuntime } from './guest-runtime.ts';
import { encodeHead, MessageReader } from './message.ts';
import type { FileEntry, PlanAnswer, PlanRequest } from './protocol.ts';
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
    { name, engine }: Extract<PlanRequest, { kind: 'component' }>,
    bytes: Uint8Array,
  ): Promise<Answer> {
    const linked = await this.#link(exports, name, bytes);
    if ('diagnostics' in linked) return refuse(linked.diagnostics);
    const { component } = linked;
    const { tag, val } = linked.value;
    const isLinked = tag === 'plan' && engine === 'any';
    const files = isLinked
      ? createLinkedFiles(val, component)
      : createTranspiledFiles(await this.#openTranspiler(), component, val);
    const entries = files.map(({ name, bytes }): FileEntry => ({ name, size: bytes.length }));
    const payload = entries.reduce((sum, { size }) => sum + size, 0);
    return { head: { kind: 'component', files: entries, payload }, files };
  }

  /** Links a component, or the component that a core module becomes. */
  async #link({ link }: LinkExports, name: string, bytes: Uint8Array): Promise<Linked> {
    const linked = await callGuest(() => link(bytes, { name }));
    if ('diagnostics' in linked) return linked;
    if (linked.value.tag !== 'core-module') return { value: linked.value, component: bytes };
    const adapter = linked.value.val;
    const adapted = await callAdapt(await this.#openAdapt(), bytes, adapter, name);
    if ('diagnostics' in adapted) return adapted;
    const again = await callGuest(() => link(adapted.component, { name }));
    if ('diagnostics' in again) return again;
    if (again.value.tag === 'core-module') throw new Error('the guest runtime takes a component for a core module');
    return { value: again.value, component: adapted.component };
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
  | { readonly value: Exclude<LinkedComponent, { tag: 'core-module' }>; readonly component: Uint8Array };

/** Makes a component of a core module, or says what the tools do not like about it. */
async function callAdapt(
  adapt: Adapt,
  module: Uint8Array,
  adapter: Adapter,
  file: string,
): Promise<Refused | { readonly component: Uint8Array }> {
  try {
    return { component: await adapt(module, adapter) };
  } catch (error) {
    const message = `the core module cannot become a component: ${readReason(error)}`;
    return { diagnostics: [{ severity: 'error', file, message }] };
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
