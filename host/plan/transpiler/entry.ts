// What build/plan/transpiler.cjs exports: jco's transpiler without binaryen, oxc and preview2-shim, which it does not need.

import type { GenerateOptions, Transpiled } from '@bytecodealliance/jco-transpile/component';
import { provideModules } from './modules.ts';

/** Transpiles a component; throws an `Error` that says why it cannot. */
export type Generate = (component: Uint8Array, options: GenerateOptions) => Transpiled;

/** Compiles the transpiler, which takes its core modules from `read`. */
export async function openTranspiler(read: (name: string) => Uint8Array): Promise<Generate> {
  provideModules(read);
  const { $init, generate } = await import('@bytecodealliance/jco-transpile/component');
  await $init;
  return generate;
}
