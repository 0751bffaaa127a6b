// Sees before a component is served whether the engine will take its core modules, and where in the file one is wrong when it will not.

import type { LinkPlan } from '../gen/runtime.ts';

/** What is wrong with a core module, and with which of the files that were linked. */
export type ModuleFault = { readonly file: number; readonly message: string };

/** What V8 says before its reason, and how it ends with the offset in the module. */
const REASON = /^WebAssembly\.Module\(\): (.*) @\+(\d+)$/s;

/** Finds the first core module of a plan that is not valid. `sources` are the files that were linked. */
export function findModuleFault(plan: LinkPlan, sources: readonly Uint8Array[]): ModuleFault | undefined {
  for (const [index, { file, start, end }] of plan.modules.entries()) {
    const source = sources[file];
    if (source === undefined) throw new RangeError(`no file ${file} for a module of the plan`);
    const bytes = source.subarray(start, end) as Uint8Array<ArrayBuffer>;
    if (WebAssembly.validate(bytes)) continue;
    return { file, message: `core module ${index} is not valid: ${describe(bytes, start)}` };
  }
  return undefined;
}

/** Says why a module is refused, with the offset in the file that it is part of. */
function describe(bytes: Uint8Array<ArrayBuffer>, start: number): string {
  try {
    new WebAssembly.Module(bytes);
    return 'it does not validate';
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const [, reason = text, offset] = REASON.exec(text) ?? [];
    return offset === undefined ? reason : `${reason} (at byte ${start + Number(offset)})`;
  }
}
