import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { listAppFiles } from '../image/app-files.ts';
import { readInterfaces } from './fixture/interfaces.ts';
import { formatTables, replaceTables } from './fixture/readme.ts';
import { recipes } from './fixture/recipes.ts';
import { digestOf, digestSources, keyOf, readRecord } from './fixture/record.ts';
import { listRows, readManifest } from './fixtures.ts';

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
use.run();
