// The engine that executes jco's output: a new instance of the transpiled module for every request. Slow (jco rebuilds the
// module's body each time) and complete; the other engine is measured against it.

import { compatibleName } from '../../../guest-runtime/link/interface-name.ts';
import type { ComponentInstance, Engine, HostImports, InstanceHost, PreparedComponent } from '../engine.ts';
import { findOffered } from '../offered.ts';
import { type JcoSource, readJcoSource } from './source.ts';

type GuestFunction = (...args: readonly unknown[]) => unknown;

/** Creates the engine. */
export function createJcoEngine(): Engine {
  return {
    name: 'jco',
    async load(directory, onIsolation) {
      const prepared = createPreparedComponent(await readJcoSource(directory));
      onIsolation?.({ method: 'fresh', obstacle: "it runs in jco's engine" });
      return prepared;
    },
  };
}

function createPreparedComponent({ info, instantiate, getCoreModule }: JcoSource): PreparedComponent {
  let inUse = 0;
  return {
    imports: info.imports,
    exports: info.exports,
    get inUse() {
      return inUse;
    },
    running: undefined,
    async instantiate(createHost, program) {
      const host = createHost();
      if (program) host.provide?.(program);
      const imports = pickImports(info.imports, host.imports);
      const exports = await instantiate(getCoreModule, imports, instantiateCore);
      inUse++;
      return createInstance(exports, host, () => inUse--);
    },
  };
}

/** Core modules are compiled, so there is nothing to wait for. */
function instantiateCore(module: WebAssembly.Module, imports?: WebAssembly.Imports): WebAssembly.Instance {
  return new WebAssembly.Instance(module, imports);
}

function pickImports(names: readonly string[], offered: HostImports): Record<string, unknown> {
  return Object.fromEntries(
    names.map((name) => {
      const found = findOffered(offered, compatibleName(name));
      if (found === undefined) throw new Error(`nothing offers the import "${name}"`);
      return [name, found];
    }),
  );
}

function createInstance(exports: Record<string, unknown>, host: InstanceHost, onEnd: () => void): ComponentInstance {
  let owner: object | undefined;
  return {
    get owner() {
      return owner;
    },
    set owner(value) {
      owner = value;
      host.own?.(value);
    },
    async call(exportName, functionName, args) {
      const interfaceExports = exports[exportName] as Record<string, GuestFunction> | undefined;
      const exported = interfaceExports?.[camelCase(functionName)];
      if (exported === undefined) throw new Error(`the component exports no "${exportName}#${functionName}"`);
      return exported(...args);
    },
    dispose() {
      onEnd();
      host.release();
    },
  };
}

function camelCase(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
