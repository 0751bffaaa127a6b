// What build/plan/component-tools.cjs exports: of jco's component tools the one that makes components of core modules.

import type { Adapter, Spin1Module } from '../../gen/runtime.ts';
import { adapterFile, PREVIEW_1, WIT_OF_SPIN_1 } from './adapter-file.ts';
import { provideModules } from './modules.ts';

/** Makes a component of a core module with an adapter. Rejects with what says why it cannot. */
export type Adapt = (module: Uint8Array, adapter: Adapter, spin1?: Spin1Module) => Promise<Uint8Array>;

/** Opens the component tools, which take their core modules and the adapters from `read`. */
export async function openComponentTools(read: (name: string) => Uint8Array): Promise<Adapt> {
  provideModules(read);
  const { componentEmbed, componentNew } = await import('@bytecodealliance/jco-transpile/wasm-tools');
  return async (module, adapter, spin1) => {
    const adapters: [string, Uint8Array][] = [[PREVIEW_1, read(adapterFile(adapter))]];
    if (spin1 === undefined) return componentNew(module, adapters);
    const witSource = new TextDecoder().decode(read(WIT_OF_SPIN_1));
    return componentNew(await componentEmbed({ binary: spin1.module, witSource, world: spin1.world }), adapters);
  };
}
