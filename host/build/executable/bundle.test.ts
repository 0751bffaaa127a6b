import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Bundles, bundle } from './bundle.ts';
import { codePathOf, createCodeCache, DETERMINISTIC } from './code-cache.ts';
import { wrapPart } from './part.ts';

/** Builtins that cost a megabyte or milliseconds; what needs one imports it when it needs it. */
const HEAVY = ['crypto', 'http', 'http2', 'https', 'inspector', 'tls', 'worker_threads', 'zlib'];
const PROGRAM = `
const before = new Set(process.moduleLoadList);
require(process.argv[1]);
process.stdout.write(process.moduleLoadList.filter((name) => !before.has(name)).join());`;

const bundles = suite<Bundles & { directory: string }>('bundle');

bundles.before(async (context) => {
  context.directory = await mkdtemp(join(tmpdir(), 'bundle-'));
  Object.assign(context, await bundle('host/main.ts', context.directory, { VERSION: '"1.2.3"' }));
});
bundles.after(({ directory }) => rm(directory, { recursive: true, force: true }));

bundles('makes a part of each module that the entry point imports dynamically', ({ parts }) => {
  for (const name of ['shim/start', 'shim/serve', 'shim/delete', 'worker/main', 'plan/main']) {
    assert.ok(parts.has(name), name);
  }
});

bundles('keeps the parts out of the entry point, which every process loads', async ({ main }) => {
  assert.ok((await stat(main)).size < 16_384, `${(await stat(main)).size} bytes`);
});

bundles('replaces what the build defines', async ({ main }) => {
  assert.match(await readFile(main, 'utf8'), '"1.2.3"');
});

for (const name of ['shim/start', 'shim/serve']) {
  bundles(`loads no heavy builtin with ${name}`, ({ parts }) => {
    const args = ['--disable-warning=ExperimentalWarning', '-e', PROGRAM, parts.get(name) ?? ''];
    const loaded = execFileSync(process.execPath, args, { encoding: 'utf8' }).split(',');
    assert.equal(
      HEAVY.filter((builtin) => loaded.includes(`NativeModule ${builtin}`)),
      [],
    );
  });
}

bundles.run();

const codeCache = suite('createCodeCache');

codeCache('is accepted for the same text and refused for another', () => {
  const text = 'exports.answer = () => 42;';
  const cachedData = createCodeCache(text, 'part');
  assert.not.ok(new Script(wrapPart(text), { filename: 'part.js', cachedData }).cachedDataRejected);
  assert.ok(new Script(wrapPart(`${text}\n`), { filename: 'part.js', cachedData }).cachedDataRejected);
});

codeCache('is the same each time the build makes it, and good for any Node of this version', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'code-'));
  const file = join(directory, 'part.js');
  const text = 'exports.answer = (question) => question.length * 42;';
  await writeFile(file, text);
  const make = async () => {
    const script = join(import.meta.dirname, 'code-cache.ts');
    execFileSync(process.execPath, [...DETERMINISTIC, script, `part=${file}`]);
    return readFile(codePathOf(file));
  };
  const cachedData = await make();
  assert.equal(await make(), cachedData);
  assert.not.ok(new Script(wrapPart(text), { filename: 'part.js', cachedData }).cachedDataRejected);
  await rm(directory, { recursive: true });
});

codeCache.run();
