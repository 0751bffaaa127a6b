import { existsSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { listAppFiles } from '../image/app-files.ts';
import { readInterfaces } from './fixture/interfaces.ts';
import { formatTables, replaceTables } from './fixture/readme.ts';
import { recipes } from './fixture/recipes.ts';
import { digestOf, digestSources, type Entry, keyOf, readRecord } from './fixture/record.ts';
import { describeChange, listRows, readManifest } from './fixtures.ts';

const root = join(import.meta.dirname, '../..');
const record = readRecord(root);
const artifacts = recipes.flatMap((recipe) => recipe.artifacts.map((artifact) => ({ recipe, artifact })));

const table = suite('recipes');

table('name every folder below fixtures/apps, and nothing else', () => {
  const folders = readdirSync(join(root, 'fixtures/apps'));
  assert.equal(recipes.map(({ name }) => name).toSorted(), folders.toSorted());
});

for (const { name, artifacts } of recipes) {
  table(`say what ${name} is for, and build what its manifest names`, () => {
    const manifest = readManifest(name);
    assert.match(manifest.description, /^.{10,120}$/);
    const sources = listAppFiles(manifest.tables).flatMap((file) => (file.kind === 'file' ? [file.path] : []));
    for (const { file } of artifacts) assert.ok(sources.includes(file), `spin.toml does not name ${file}`);
  });
}
table.run();

const digests = suite('fixtures/record.json');

for (const { recipe, artifact } of artifacts) {
  const key = keyOf(recipe, artifact);
  const path = join(root, 'fixtures/apps', key);

  digests(`has the sources of ${key} as they are`, () => {
    assert.is(
      record[key]?.source,
      digestSources(root, recipe.name, artifact),
      `run make fixtures FIXTURE=${recipe.name}`,
    );
  });

  if (artifact.isCommitted)
    digests(`has the bytes of ${key} as they are committed`, () => {
      assert.is(record[key]?.artifact, digestOf(readFileSync(path)), `run make fixtures FIXTURE=${recipe.name}`);
    });

  if (existsSync(path))
    digests(`has the interfaces of ${key} as the file has them`, async () => {
      const { imports, exports } = await readInterfaces(readFileSync(path));
      assert.equal(record[key]?.imports, imports);
      assert.equal(record[key]?.exports, exports);
    });
}

digests('names no artifact that has no recipe', () => {
  const known = new Set(artifacts.map(({ recipe, artifact }) => keyOf(recipe, artifact)));
  assert.equal(
    Object.keys(record).filter((key) => !known.has(key)),
    [],
  );
});
digests.run();

const readme = suite('fixtures/README.md');
readme('has the tables that the record gives', () => {
  const text = readFileSync(join(root, 'fixtures/README.md'), 'utf8');
  assert.is(text, replaceTables(text, formatTables(listRows(record))));
});
readme.run();

/** Toolchains that build an artifact in about a second; what the others give is compared when they build. */
const QUICK = /^(C|WAT)\b/;
const rebuild = suite('a rebuild');

for (const { recipe, artifact } of artifacts) {
  const key = keyOf(recipe, artifact);
  const { toolchain } = artifact;
  if (!QUICK.test(toolchain.name)) continue;
  const lack = toolchain.findMissing();
  if (lack) {
    process.stdout.write(`skipped: the rebuild of ${key} (${toolchain.name}): ${lack}\n`);
    continue;
  }
  rebuild(`of ${key} gives what is recorded: interfaces, and bytes where the compiler is the same`, async () => {
    const scratch = mkdtempSync(join(tmpdir(), 'rebuild-'));
    try {
      const bytes = Uint8Array.from(await artifact.build({ app: join(root, 'fixtures/apps', recipe.name), scratch }));
      const { imports, exports } = await readInterfaces(bytes);
      assert.equal([imports, exports], [record[key]?.imports, record[key]?.exports]);
      if (toolchain.readVersion() === record[key]?.builtWith) assert.is(digestOf(bytes), record[key]?.artifact);
    } finally {
      rmSync(scratch, { recursive: true });
    }
  });
}
rebuild.run();

const change = suite('describeChange');
const entry: Entry = { source: 'a', artifact: null, size: 1, builtWith: 'x', imports: ['i'], exports: ['e'] };

change('tells of interfaces that changed while the sources did not', () => {
  assert.is(describeChange(entry, { ...entry, size: 2, builtWith: 'y' }), null);
  assert.is(describeChange(entry, { ...entry, source: 'b', imports: [] }), null);
  assert.is(describeChange(undefined, entry), null);
  assert.is(describeChange(entry, { ...entry, imports: ['i', 'j'] }), 'the same sources import i, j now, not i');
  assert.is(describeChange(entry, { ...entry, exports: [] }), 'the same sources export nothing now, not e');
});
change.run();

const lack = suite('a toolchain that is missing');
for (const { recipe, artifact } of artifacts.filter((one) => !one.artifact.isCommitted))
  lack(`is named with what installs it, for ${keyOf(recipe, artifact)}`, () => {
    const { PATH } = process.env;
    process.env['PATH'] = '/nonexistent';
    try {
      assert.match(artifact.toolchain.findMissing() ?? '', /^\w+ not found; (install|apt-get install) \w+/);
    } finally {
      process.env['PATH'] = PATH;
    }
  });
lack.run();

const use = suite('fixtures/apps');
const tests = globSync('{host,guest-runtime,bench}/**/*.{test,e2e}.ts', { cwd: root })
  .filter((path) => path !== 'host/build/fixtures.test.ts')
  .map((path) => readFileSync(join(root, path), 'utf8'));
for (const { name } of recipes)
  use(`are of use: a test names ${name}`, () => {
    const names = new RegExp(`['"\`/]${name}['"\`/]`);
    assert.ok(
      tests.some((text) => names.test(text)),
      `no test names '${name}'`,
    );
  });

const routes = [
  ...readFileSync(join(root, 'fixtures/apps/hello-c/hello.c'), 'utf8').matchAll(/\{TEXT\("(\/.*?)"\), \w+\}/g),
];
for (const [, route = ''] of routes)
  use(`are driven in all they do: a test requests ${route} of hello-c`, () => {
    const requested = new RegExp(`['"\`}]${route}`);
    assert.ok(
      tests.some((text) => /hello-c|runApp/.test(text) && requested.test(text)),
      `no test requests ${route}`,
    );
  });
use('has a route for each way in which a handler misbehaves', () => {
  const known = routes.map(([, route]) => route);
  for (const route of ['/trap', '/trap-midway', '/loop', '/oom', '/silent', '/hang', '/error', '/twice', '/exit/'])
    assert.ok(known.includes(route), route);
});
use.run();
