// Builds what the plan process loads beside its own code, into build/plan/: jco's transpiler as one script and its core modules.
// The single executable carries these files as assets under the same names; from the sources they are read from that folder.
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { BUNDLE_OPTIONS } from './executable/bundle.ts';

const outputFolder = 'build/plan';
const component = createRequire(import.meta.url).resolve('@bytecodealliance/jco-transpile/component');
const room = join(import.meta.dirname, '../plan/transpiler');

/** Puts our own stand-ins in the place of preview2-shim and of the file system. */
const standIns: Plugin = {
  name: 'stand-ins',
  setup(build) {
    build.onResolve({ filter: /^@bytecodealliance\/preview2-shim\// }, () => ({ path: join(room, 'wasi.ts') }));
    build.onResolve({ filter: /^node:fs\/promises$/ }, () => ({ path: join(room, 'modules.ts') }));
  },
};

/** Writes the transpiler and returns its version. Takes less than a second. */
export async function buildTranspiler(): Promise<string> {
  mkdirSync(outputFolder, { recursive: true });
  await build({
    ...BUNDLE_OPTIONS,
    entryPoints: [join(room, 'entry.ts')],
    outfile: `${outputFolder}/transpiler.cjs`,
    // Only the file name at the end of a URL made from this is ever looked at.
    define: { 'import.meta.url': '"file:///transpiler"' },
    plugins: [standIns],
  });
  for (const suffix of ['core.wasm', 'core2.wasm']) {
    const name = `js-component-bindgen-component.${suffix}`;
    copyFileSync(join(dirname(component), name), join(outputFolder, name));
  }
  const manifest = JSON.parse(readFileSync(join(dirname(component), '../package.json'), 'utf8')) as { version: string };
  return manifest.version;
}
