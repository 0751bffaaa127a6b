// Builds what the plan process loads, into build/plan/: jco's transpiler, and the guest runtime. guest-runtime/main.ts becomes one
// script (esbuild), then build/spin-runtime.wasm, a component that imports nothing (componentize-js), then JavaScript and core
// modules (jco). The last two take up to a minute, so they are left out when nothing that goes into them has changed. Run by `make build`.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { componentize } from '@bytecodealliance/componentize-js';
import { $init, generate } from '@bytecodealliance/jco-transpile/component';
import { build } from 'esbuild';
import { readComponentExterns } from '../../guest-runtime/link/externs.ts';
import { createTranspileOptions } from '../engine/jco/transpile-options.ts';
import { createTranspiledFiles } from '../plan/component-files.ts';
import type { Versions } from '../plan/executable.ts';
import { buildTranspiler } from './transpiler.ts';

const witFolder = 'wit';
const componentFile = 'build/spin-runtime.wasm';
const scriptFile = 'build/guest-runtime/main.js';
const outputFolder = 'build/plan/guest-runtime';
// Written last: it says that everything else is there, and of which inputs.
const versionsFile = 'build/plan/versions.json';

/** Bundles an entry point to one script and returns its text. */
async function bundle(entry: string, outfile: string): Promise<string> {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    target: 'es2023',
    legalComments: 'none',
  });
  return readFileSync(outfile, 'utf8');
}

function digestOf(...parts: string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function report(text: string): void {
  process.stdout.write(`guest runtime: ${text}\n`);
}

const transpiler = await buildTranspiler();
const script = await bundle('guest-runtime/main.ts', scriptFile);
const wit = readdirSync(witFolder).map((name) => readFileSync(`${witFolder}/${name}`, 'utf8'));
const builder = readFileSync('node_modules/@bytecodealliance/componentize-js/package.json', 'utf8');
const guestRuntime = digestOf(script, ...wit, builder, transpiler, JSON.stringify(createTranspileOptions([])));
// What the plan process makes of a component depends on its own code too.
const preparer = digestOf(await bundle('host/plan/session.ts', 'build/guest-runtime/session.js'), transpiler);
const isCurrent = existsSync(versionsFile) && readFileSync(versionsFile, 'utf8').includes(guestRuntime);

if (isCurrent) {
  report('is current');
} else {
  const start = performance.now();
  const seconds = () => `${((performance.now() - start) / 1000).toFixed(0)} s`;
  rmSync(versionsFile, { force: true });
  rmSync(outputFolder, { recursive: true, force: true });
  mkdirSync(outputFolder, { recursive: true });
  report(`compiling ${(script.length / 1024).toFixed(0)} KB of script to a component, up to a minute`);
  const { component } = await componentize({
    sourcePath: scriptFile,
    witPath: witFolder,
    worldName: 'runtime',
    disableFeatures: ['random', 'stdio', 'clocks', 'http', 'fetch-event'],
  });
  writeFileSync(componentFile, component);
  report(`${componentFile}: ${(component.length / 2 ** 20).toFixed(1)} MB after ${seconds()}`);
  await $init;
  for (const { name, bytes } of createTranspiledFiles(generate, component, readComponentExterns(component))) {
    writeFileSync(`${outputFolder}/${name}`, bytes);
  }
  report(`transpiled to ${outputFolder} after ${seconds()}`);
}
writeFileSync(versionsFile, `${JSON.stringify({ guestRuntime, preparer } satisfies Versions)}\n`);
