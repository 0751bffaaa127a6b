// The guest runtime as the plan process uses it: an instance of a transpiled component of the world `runtime`.

import { COMPONENT_INFO, COMPONENT_MODULE, type JcoComponent } from '../engine/jco/transpile-options.ts';
import type { AppExports, Diagnostic, LinkExports } from '../gen/runtime.ts';
import { instantiateTranspiled } from './transpiled-module.ts';
import * as wasi from './transpiler/wasi.ts';

/** The interfaces of the world that the plan process calls. */
export type GuestRuntime = { readonly app: AppExports; readonly link: LinkExports };

const PACKAGE = 'containerd-shim-spin:runtime';

/** What a guest runtime may import, by interface name without version: nothing that reaches out of it. */
const HOST: Readonly<Record<string, unknown>> = {
  'wasi:cli/environment': wasi.environment,
  'wasi:cli/exit': wasi.exit,
  'wasi:cli/stdin': wasi.stdin,
  'wasi:cli/stdout': wasi.stdout,
  'wasi:cli/stderr': wasi.stderr,
  'wasi:cli/terminal-input': wasi.terminalInput,
  'wasi:cli/terminal-output': wasi.terminalOutput,
  'wasi:cli/terminal-stdin': wasi.terminalStdin,
  'wasi:cli/terminal-stdout': wasi.terminalStdout,
  'wasi:cli/terminal-stderr': wasi.terminalStderr,
  'wasi:clocks/wall-clock': wasi.wallClock,
  'wasi:clocks/monotonic-clock': wasi.monotonicClock,
  'wasi:filesystem/preopens': wasi.preopens,
  'wasi:filesystem/types': wasi.types,
  'wasi:io/error': wasi.error,
  'wasi:io/poll': wasi.poll,
  'wasi:io/streams': wasi.streams,
  'wasi:random/random': wasi.random,
  'wasi:random/insecure': wasi.insecure,
  'wasi:random/insecure-seed': wasi.insecureSeed,
};

/**
 * Instantiates a guest runtime from its transpiled files.
 * Throws an `Error` when it imports what no guest runtime gets, or does not export the world's interfaces.
 */
export async function openGuestRuntime(files: ReadonlyMap<string, Uint8Array>): Promise<GuestRuntime> {
  const info = JSON.parse(new TextDecoder().decode(files.get(COMPONENT_INFO))) as JcoComponent;
  const imports = Object.fromEntries(
    info.imports.map((name) => {
      const found = HOST[name.replace(/@.*$/, '')];
      if (!found) throw new Error(`the guest runtime imports ${name}, which no guest runtime is given`);
      return [name, found];
    }),
  );
  const exports = await instantiateTranspiled(files, COMPONENT_MODULE, imports);
  return {
    app: pickExport(exports, 'app') as AppExports,
    link: pickExport(exports, 'link') as LinkExports,
  };
}

/**
 * Calls a function of the guest runtime; an error result becomes a list of diagnostics, anything else it throws is thrown.
 * Whether the function answers at once or in a promise depends on what the guest runtime was built with.
 */
export async function callGuest<T>(
  call: () => T | Promise<T>,
): Promise<{ readonly value: T } | { readonly diagnostics: readonly Diagnostic[] }> {
  try {
    return { value: await call() };
  } catch (error) {
    const payload = (error as { payload?: Diagnostic | readonly Diagnostic[] } | null)?.payload;
    if (payload === undefined) throw error;
    return { diagnostics: Array.isArray(payload) ? payload : [payload as Diagnostic] };
  }
}

function pickExport(exports: Record<string, unknown>, name: string): unknown {
  const key = Object.keys(exports).find((key) => key.startsWith(`${PACKAGE}/${name}@`));
  if (key === undefined) throw new Error(`the guest runtime does not export ${PACKAGE}/${name}`);
  return exports[key];
}
