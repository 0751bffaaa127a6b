// Builds fixtures/runtimes/first-component, a guest runtime that is not the built-in one: esbuild makes one script of it, jco a
// component (with QuickJS: a second, and a sixth of StarlingMonkey's size). Built when a test first needs it, kept while nothing that
// goes into it changes. By hand: node host/build/first-component.ts
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '../..');
const jco = join(root, 'node_modules/@bytecodealliance/jco');
const output = join(root, 'build/fixtures/first-component.wasm');
const script = join(root, 'build/fixtures/first-component.js');
/** The contract of guest runtimes, and what this one exports besides. */
const wit = join(root, 'build/fixtures/first-component-wit');
const stamp = join(root, 'build/fixtures/first-component.sha256');

/** Builds the component unless it is current, and returns its path. */
export async function buildFirstComponent(): Promise<string> {
  await build({
    entryPoints: [join(root, 'fixtures/runtimes/first-component/main.ts')],
    outfile: script,
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    target: 'es2023',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
  });
  const inputs = createHash('sha256');
  rmSync(wit, { recursive: true, force: true });
  cpSync(join(root, 'wit'), wit, { recursive: true });
  copyFileSync(join(root, 'fixtures/runtimes/first-component/world.wit'), join(wit, 'world.wit'));
  const texts = readdirSync(wit).map((name) => join(wit, name));
  for (const path of [script, ...texts, join(jco, 'package.json')]) inputs.update(readFileSync(path));
  const digest = inputs.digest('hex');
  if (existsSync(output) && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return output;
  const world = ['--wit', wit, '--world-name', 'first-component'];
  const backend = ['--backend', 'qjs', '--backend-qjs-disable-async', '--backend-qjs-stub-wasi'];
  execFileSync(
    process.execPath,
    [join(jco, 'dist/jco.js'), 'componentize', script, ...world, ...backend, '-o', output],
    {
      stdio: 'pipe',
    },
  );
  writeFileSync(stamp, digest);
  return output;
}

if (import.meta.main) process.stdout.write(`${await buildFirstComponent()}\n`);
