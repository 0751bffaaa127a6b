// Builds what the plan process loads beside its own code, into build/plan/: jco's transpiler and its component tools, each as one
// script with its core modules, and the adapters to WASI 0.2.
// The single executable carries these files as assets under the same names; from the sources they are read from that folder.
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { adapterFile, WIT_OF_SPIN_1 } from '../plan/transpiler/adapter-file.ts';
import { BUNDLE_OPTIONS } from './executable/bundle.ts';

const outputFolder = 'build/plan';
const { resolve } = createRequire(import.meta.url);
const vendor = dirname(resolve('@bytecodealliance/jco-transpile/component'));
const adapters = join(resolve('@bytecodealliance/jco'), '../../lib');
const room = join(import.meta.dirname, '../plan/transpiler');

/** Puts our own stand-ins in the place of preview2-shim and of the file system. */
const standIns: Plugin = {
  name: 'stand-ins',
  setup(build) {
    build.onResolve({ filter: /^@bytecodealliance\/preview2-shim\// }, () => ({ path: join(room, 'wasi.ts') }));
    build.onResolve({ filter: /^node:fs\/promises$/ }, () => ({ path: join(room, 'modules.ts') }));
  },
};

/** Writes both and returns what tells their versions apart. Takes less than a second. */
export async function buildTranspiler(): Promise<string> {
  mkdirSync(outputFolder, { recursive: true });
  await Promise.all([buildScript('entry.ts', 'transpiler'), buildScript('component-tools.ts', 'component-tools')]);
  for (const component of ['js-component-bindgen-component', 'wasm-tools']) {
    for (const suffix of ['core.wasm', 'core2.wasm']) copy(vendor, `${component}.${suffix}`);
  }
  for (const adapter of ['command', 'reactor'] as const) copy(adapters, adapterFile(adapter));
  copy(room, WIT_OF_SPIN_1);
  const manifest = JSON.parse(readFileSync(join(vendor, '../package.json'), 'utf8')) as { version: string };
  return `${manifest.version} ${readFileSync(join(room, WIT_OF_SPIN_1), 'utf8')}`;
}

async function buildScript(entry: string, name: string): Promise<void> {
  await build({
    ...BUNDLE_OPTIONS,
    entryPoints: [join(room, entry)],
    outfile: `${outputFolder}/${name}.cjs`,
    // Only the file name at the end of a URL made from this is ever looked at.
    define: { 'import.meta.url': '"file:///transpiler"' },
    plugins: [standIns],
  });
}

function copy(folder: string, name: string): void {
  copyFileSync(join(folder, name), join(outputFolder, name));
}
