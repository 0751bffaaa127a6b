// A component whose exports hand their argument to an import of the same type and return what that returns: each value crosses the
// border four times, and the guest sees nothing but core values. Its core module is written by hand from the flattened types that
// a test states, its types come from WIT through the real toolchain.

import { componentEmbed, componentNew } from '@bytecodealliance/jco-transpile/wasm-tools';
import { binaryFromWat } from '../../../../guest-runtime/link/testing/wat.ts';

/** A function `(value: type) -> type`. */
export type Echo = {
  readonly type: string;
  /** What `type` needs to be declared before it, in WIT. */
  readonly declares?: string;
  /** The core types that the type flattens to: `i` i32, `l` i64, `f` f32, `d` f64. */
  readonly flat: string;
};

export const HOST_INTERFACE = 'test:echo/host';
export const GUEST_INTERFACE = 'test:echo/guest';

/** The name of the function of the echo at `index`. */
export function echoName(index: number): string {
  return `echo${index}`;
}

export async function createEchoComponent(echoes: readonly Echo[]): Promise<Uint8Array> {
  const module = await binaryFromWat(formatModule(echoes));
  const embedded = await componentEmbed({ binary: module, witSource: formatWit(echoes), world: 'echo' });
  return componentNew(embedded, []);
}

function formatWit(echoes: readonly Echo[]): string {
  const declarations = echoes.map(({ declares }) => declares ?? '').join('\n');
  const names = [...declarations.matchAll(/(?:record|variant|enum|flags|type|resource) ([\w-]+)/g)].map(
    ([, name]) => name,
  );
  const use = names.length > 0 ? `use types.{${names.join(', ')}};` : '';
  const functions = echoes.map(({ type }, index) => `${echoName(index)}: func(value: ${type}) -> ${type};`).join('\n');
  return `package test:echo;
    interface types { ${declarations} }
    interface host { ${use} ${functions} }
    interface guest { ${use} ${functions} }
    world echo { import host; export guest; }`;
}

const CORE_TYPES: Readonly<Record<string, string>> = { i: 'i32', l: 'i64', f: 'f32', d: 'f64' };

/** Enough for any result of the tests; memory below it is never allocated. */
const RESULT_AREA = 16;
const HEAP_START = 4096;

function formatModule(echoes: readonly Echo[]): string {
  const imports = echoes.map(({ flat }, index) => {
    const { params, result, isSpilled } = coreTypes(flat);
    const type = isSpilled ? `(param ${params} i32)` : `(param ${params}) (result ${result})`;
    return `(import "${HOST_INTERFACE}" "${echoName(index)}" (func $host${index} ${type}))`;
  });
  const exports = echoes.map(({ flat }, index) => {
    const { params, result, isSpilled } = coreTypes(flat);
    const args = params.split(' ').map((_, at) => `(local.get ${at})`);
    const body = isSpilled
      ? `(call $host${index} ${args.join(' ')} (i32.const ${RESULT_AREA})) (i32.const ${RESULT_AREA})`
      : `(call $host${index} ${args.join(' ')})`;
    return `(func (export "${GUEST_INTERFACE}#${echoName(index)}") (param ${params}) (result ${result}) ${body})`;
  });
  return `(module ${imports.join('\n')} ${ALLOCATOR} ${exports.join('\n')})`;
}

function coreTypes(flat: string): { params: string; result: string; isSpilled: boolean } {
  const params = flat.length > 16 ? 'i32' : Array.from(flat, (letter) => CORE_TYPES[letter]).join(' ');
  const isSpilled = flat.length > 1;
  return { params, result: isSpilled ? 'i32' : params, isSpilled };
}

/** Allocates upwards and never frees; grows the memory by a page at a time, so that views of it are detached often. */
export const ALLOCATOR = `
  (memory (export "memory") 1)
  (global $heap (mut i32) (i32.const ${HEAP_START}))
  (func $realloc (export "cabi_realloc")
    (param $old i32) (param $old-size i32) (param $alignment i32) (param $size i32) (result i32) (local $start i32)
    (local.set $start (i32.and
      (i32.add (global.get $heap) (i32.sub (local.get $alignment) (i32.const 1)))
      (i32.sub (i32.const 0) (local.get $alignment))))
    (global.set $heap (i32.add (local.get $start) (local.get $size)))
    (block $fits (loop $grow
      (br_if $fits (i32.le_u (global.get $heap) (i32.mul (memory.size) (i32.const 65536))))
      (if (i32.eq (memory.grow (i32.const 1)) (i32.const -1)) (then (unreachable)))
      (br $grow)))
    (local.get $start))`;
