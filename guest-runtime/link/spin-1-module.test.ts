import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isSpin1Handler, renameSpin1Module } from './spin-1-module.ts';
import { binaryFromWat } from './testing/wat.ts';

/** What a module imports and exports once it is renamed. */
async function rename(wat: string) {
  const { module, world } = renameSpin1Module(await binaryFromWat(`(module ${wat})`));
  const compiled = new WebAssembly.Module(module as Uint8Array<ArrayBuffer>);
  return {
    world,
    imports: WebAssembly.Module.imports(compiled).map(({ module, name, kind }) => `${module}#${name} ${kind}`),
    exports: WebAssembly.Module.exports(compiled).map(({ name, kind }) => `${name} ${kind}`),
    module: compiled,
  };
}

const renaming = suite('renameSpin1Module');

renaming('gives imports and exports the names of today, and keeps all others', async () => {
  const { imports, exports, world } = await rename(`
    (import "wasi-outbound-http" "request" (func))
    (import "outbound-redis" "get" (func (param i32)))
    (import "spin-config" "get-config" (func))
    (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32) (result i32)))
    (import "env" "table" (table 1 2 funcref))
    (import "env" "memory" (memory 1 2))
    (import "env" "global" (global (mut i32)))
    (func $handle (export "handle-http-request") (export "_start") (export "canonical_abi_realloc") (export "own"))
    (global (export "g") i32 (i32.const 1))`);
  assert.equal(imports, [
    'fermyon:spin/http#send-request function',
    'fermyon:spin/redis#get function',
    'fermyon:spin/config#get-config function',
    'wasi_snapshot_preview1#fd_write function',
    'env#table table',
    'env#memory memory',
    'env#global global',
  ]);
  assert.equal(exports, [
    'fermyon:spin/inbound-http#handle-request function',
    '_initialize function',
    'cabi_realloc function',
    'own function',
    'g global',
  ]);
  assert.is(world, 'handle-http-request');
});

renaming('knows modules of both handlers', async () => {
  const handlers = '(func (export "handle-redis-message")) (func (export "handle-http-request"))';
  assert.is((await rename(handlers)).world, 'handle-http-request-and-handle-redis-message');
  assert.is((await rename('(func (export "handle-redis-message"))')).world, 'handle-redis-message');
});

renaming('writes modules that do what they did', async () => {
  const { module } = await rename('(func (export "handle-http-request") (result i32) (i32.const 42))');
  const handle = new WebAssembly.Instance(module).exports['fermyon:spin/inbound-http#handle-request'];
  assert.is((handle as () => number)(), 42);
});

renaming('refuses what is no module', () => {
  const preamble = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
  for (const rest of [
    [2, 5, 1, 1, 0x61, 1],
    [2, 6, 1, 1, 0x61, 1, 0x62, 9],
    [7, 9],
  ]) {
    assert.throws(() => renameSpin1Module(new Uint8Array([...preamble, ...rest])), /at byte/);
  }
});

renaming.run();

const handler = suite('isSpin1Handler');

handler('knows two names', () => {
  assert.equal(['handle-http-request', 'handle-redis-message', 'main', 'toString'].map(isSpin1Handler), [
    true,
    true,
    false,
    false,
  ]);
});

handler.run();
