// A core module as a Rust or Go build leaves it, with its world in a custom section and without the adapter to WASI 0.2. The plan
// refuses it, and says so; with the adapter it is a component that serves, so what is refused is good in all else.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { componentNew } from '@bytecodealliance/jco-transpile/wasm-tools';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findApp } from '../build/fixture/app.ts';
import { readAdapter } from '../build/fixture/component.ts';
import { echoParts } from '../testing/echo-parts.ts';
import { serveApp } from '../testing/served-app.ts';

const folder = findApp('module-rust') ?? '';
const module = await readFile(join(folder, 'module.wasm'));

const core = suite('core module');

core('carries its world, and asks for preview 1', async () => {
  const compiled = new WebAssembly.Module(module);
  const asked = new Set(WebAssembly.Module.imports(compiled).map((one) => one.module));
  assert.ok(asked.has('wasi_snapshot_preview1'), [...asked].join());
  assert.match(module.toString('latin1'), 'component-type');
});

core('is refused in words that say what it is and where the manifest names it', async () => {
  const error = await serveApp(folder).then(
    (served) => served[Symbol.asyncDispose](),
    (error: Error) => error,
  );
  assert.instance(error, Error, 'it is served');
  assert.match(
    (error as Error).message,
    /^\/spin\.toml:\d+:10: component\.module\.source: \/module\.wasm: not a component but a core module/,
  );
});

core('serves as a component once the adapter is around it, and streams both ways', async () => {
  const adapted = await mkdtemp(join(tmpdir(), 'core-module-'));
  try {
    await cp(join(folder, 'spin.toml'), join(adapted, 'spin.toml'));
    await writeFile(join(adapted, 'module.wasm'), await componentNew(module, [readAdapter('reactor')]));
    await using app = await serveApp(adapted);
    const { status, body } = await echoParts(`${app.url}/`, ['first, ', 'second, ', 'third'], (part) =>
      part.toUpperCase(),
    );
    assert.equal([status, body], [200, 'FIRST, SECOND, THIRD']);
  } finally {
    await rm(adapted, { recursive: true });
  }
});
core.run();
