// What build/plan/component-tools.cjs exports: of jco's component tools the one that makes components of core modules.

import type { Adapter } from '../../gen/runtime.ts';
import { adapterFile, PREVIEW_1 } from './adapter-file.ts';
import { provideModules } from './modules.ts';

/** Makes a component of a core module with an adapter. Rejects with what says why it cannot. */
export type Adapt = (module: Uint8Array, adapter: Adapter) => Promise<Uint8Array>;

/** Opens the component tools, which take their core modules and the adapters from `read`. */
export async function openComponentTools(read: (name: string) => Uint8Array): Promise<Adapt> {
  provideModules(read);
  const { componentNew } = await import('@bytecodealliance/jco-transpile/wasm-tools');
  return (module, adapter) => componentNew(module, [[PREVIEW_1, read(adapterFile(adapter))]]);
}
