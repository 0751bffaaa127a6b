// Makes binaries for tests out of the WebAssembly text format, so that a test stands beside the rule that it checks.

import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';

/** Assembles a component or a core module. Rejects with the assembler's message where the text is not well formed. */
export async function binaryFromWat(text: string): Promise<Uint8Array> {
  return parse(text);
}
