// A core module as a Rust or Go build leaves it, with its world in a custom section and without the adapter to WASI 0.2: the plan
// makes a component of it.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { componentEmbed } from '@bytecodealliance/jco-transpile/wasm-tools';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { linkComponent } from '../../guest-runtime/link/linker.ts';
import { binaryFromWat } from '../../guest-runtime/link/testing/wat.ts';
import { findApp } from '../build/fixture/app.ts';
import { openWorld } from '../build/fixture/component.ts';
import { echoParts } from '../testing/echo-parts.ts';
import { onApp } from '../testing/on-app.ts';
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

/** Serves a copy of the app with another module in its place, and closes it again. */
async function serveModule(bytes: Uint8Array): Promise<void> {
  const copied = await mkdtemp(join(tmpdir(), 'core-module-'));
  try {
    await cp(join(folder, 'spin.toml'), join(copied, 'spin.toml'));
    await writeFile(join(copied, 'module.wasm'), bytes);
    await (await serveApp(copied))[Symbol.asyncDispose]();
  } finally {
    await rm(copied, { recursive: true });
  }
}

core('serves once the plan has put the adapter around it, and streams both ways', async () => {
  await using app = await serveApp(folder);
  const { status, body } = await echoParts(`${app.url}/`, ['first, ', 'second, ', 'third'], (part) =>
    part.toUpperCase(),
  );
  assert.equal([status, body], [200, 'FIRST, SECOND, THIRD']);
});

core('is refused where the manifest names it when no adapter fits', async () => {
  const error = await serveModule(await binaryFromWat('(module (func (export "main")))')).catch(
    (error: Error) => error,
  );
  assert.match(
    (error as Error).message,
    /^\/spin\.toml:\d+:10: component\.module\.source: \/module\.wasm: a core module that is no program/,
  );
});

core('is refused in the words of the component tools when it asks for what no adapter has', async () => {
  const module = await binaryFromWat(
    '(module (import "wasi_snapshot_preview1" "nothing" (func)) (func (export "_start")))',
  );
  const error = await serveModule(module).catch((error: Error) => error);
  assert.match((error as Error).message, /\/module\.wasm: the core module cannot become a component: .*nothing/);
});

core('may be a dependency', async () => {
  const composed = findApp('composed') ?? '';
  const component = await readFile(join(composed, 'greeter.wasm'));
  const [range] = linkComponent(component).modules;
  const { name: world, wit: witSource } = openWorld(join(composed, 'world.wit'), { name: 'greeter' });
  const binary = component.subarray(range?.start, range?.end);
  const copied = await mkdtemp(join(tmpdir(), 'core-module-'));
  try {
    for (const name of ['spin.toml', 'front.wasm']) await cp(join(composed, name), join(copied, name));
    await writeFile(join(copied, 'greeter.wasm'), await componentEmbed({ binary, witSource, world }));
    await using app = await serveApp(copied);
    assert.is((await app.request('/you')).body, 'Hello, you! (greeted 2 times)\n');
  } finally {
    await rm(copied, { recursive: true });
  }
});
core.run();

onApp('wagi-c', {}, (test) => {
  for (const route of ['module', 'component']) {
    test(`serves a program that is a ${route}`, async (app) => {
      const { status, body } = await app.request(`/${route}/x?a=b`);
      assert.is(status, 200);
      assert.match(body, /^PATH_INFO: \/x$/m);
      assert.match(body, /^GREETING: Hello from the manifest$/m);
    });
  }
});

onApp('spin-1-c', {}, (test) => {
  test('serves a module with the names of Spin 1, started before it is asked', async (app) => {
    const { status, body } = await app.request('/module/x?a=b', { method: 'POST', body: 'some text' });
    assert.is(status, 200);
    assert.match(body, /^method: post\nuri: \/module\/x\?a=b\n/);
    assert.match(body, /\nsome text$/);
  });

  test('sends requests through its old import', async (app) => {
    assert.match((await app.request('/module/fetch?/there')).body, 'uri: /there\n');
    assert.is((await app.request('/module/fetch?http://example.com/')).status, 502);
  });
});
