// `make fixtures`: builds the test apps from source, one after the other, and records what came out. With `--missing` it builds
// only what a test run needs and does not have. What cannot be built here is named with the reason, and is no failure.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'smol-toml';
import { readInterfaces } from './fixture/interfaces.ts';
import { formatTables, type Row, replaceTables } from './fixture/readme.ts';
import type { Artifact, Recipe } from './fixture/recipe.ts';
import { recipes } from './fixture/recipes.ts';
import { digestOf, digestSources, type Entry, type FixtureRecord, keyOf, readRecord } from './fixture/record.ts';

const root = join(import.meta.dirname, '../..');

function appFolder(name: string): string {
  return join(root, 'fixtures/apps', name);
}

function stampOf(key: string): string {
  return join(root, 'build/fixtures', `${key.replace('/', '-')}.source`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Whether a test run has to build the artifact first: it is not committed, and not there or made from other sources. */
function isMissing({ recipe, artifact }: Job): boolean {
  if (artifact.isCommitted) return false;
  const stamp = stampOf(keyOf(recipe, artifact));
  const isThere = existsSync(join(appFolder(recipe.name), artifact.file)) && existsSync(stamp);
  return !isThere || readFileSync(stamp, 'utf8') !== digestSources(root, recipe.name, artifact);
}

async function build(recipe: Recipe, artifact: Artifact): Promise<Entry> {
  const key = keyOf(recipe, artifact);
  const app = appFolder(recipe.name);
  const scratch = join(root, 'build/fixtures', key.replace(/[/.]/g, '-'));
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true });
  const bytes = Uint8Array.from(await artifact.build({ app, scratch }));
  writeFileSync(join(app, artifact.file), bytes);
  const source = digestSources(root, recipe.name, artifact);
  writeFileSync(stampOf(key), source);
  rmSync(scratch, { recursive: true });
  return {
    source,
    artifact: artifact.isCommitted ? digestOf(bytes) : null,
    size: bytes.length,
    builtWith: artifact.toolchain.readVersion(),
    ...(await readInterfaces(bytes)),
  };
}

/** Reads an app's manifest, and what it says that the app is for. */
export function readManifest(app: string): { tables: Record<string, unknown>; description: string } {
  const tables = parse(readFileSync(join(appFolder(app), 'spin.toml'), 'utf8'));
  const application = tables['application'] as { description?: unknown } | undefined;
  return { tables, description: String(application?.description ?? tables['description'] ?? '') };
}

/** The rows of the README's tables, in the order of the recipes. */
export function listRows(record: FixtureRecord): Row[] {
  return recipes.flatMap((recipe) =>
    recipe.artifacts.flatMap((artifact): Row[] => {
      const entry = record[keyOf(recipe, artifact)];
      const { file, isCommitted, toolchain } = artifact;
      if (!entry) return [];
      return [
        {
          app: recipe.name,
          file,
          isCommitted,
          toolchain: toolchain.name,
          purpose: readManifest(recipe.name).description,
          entry,
        },
      ];
    }),
  );
}

/** Says what is wrong when a build's interfaces are not those of the record, though it was made from the same sources; else null. */
export function describeChange(before: Entry | undefined, after: Entry): string | null {
  if (before?.source !== after.source) return null;
  for (const [verb, was, is] of [
    ['import', before.imports, after.imports],
    ['export', before.exports, after.exports],
  ] as const)
    if (was.join() !== is.join())
      return `the same sources ${verb} ${is.join(', ') || 'nothing'} now, not ${was.join(', ') || 'nothing'}`;
  return null;
}

function writeRecord(record: FixtureRecord): void {
  const known = recipes.flatMap((recipe) => recipe.artifacts.map((artifact) => keyOf(recipe, artifact)));
  const kept = Object.fromEntries(known.flatMap((key) => (record[key] ? [[key, record[key]]] : [])));
  writeFileSync(join(root, 'fixtures/record.json'), `${JSON.stringify(kept, null, 2)}\n`);
  const readme = join(root, 'fixtures/README.md');
  writeFileSync(readme, replaceTables(readFileSync(readme, 'utf8'), formatTables(listRows(kept))));
}

type Job = { readonly recipe: Recipe; readonly artifact: Artifact };

/** Builds one artifact and says so. Gives null when its toolchain is not there; rejects when it does not build. */
async function run({ recipe, artifact }: Job, title: string, before: Entry | undefined): Promise<Entry | null> {
  const lack = artifact.toolchain.findMissing();
  if (lack) {
    say(`${title}: skipped, ${lack}`);
    return null;
  }
  say(`${title} ...`);
  const start = performance.now();
  const entry = await build(recipe, artifact);
  const change = describeChange(before, entry);
  if (change) throw new Error(change);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const note = before?.artifact === entry.artifact ? ', as recorded' : ', changed';
  say(`      ${(entry.size / 1024).toFixed(0)} KB in ${seconds} s${artifact.isCommitted ? note : ''}`);
  return entry;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ options: { missing: { type: 'boolean' } }, allowPositionals: true });
  const record = { ...readRecord(root) };
  const jobs = recipes
    .filter(({ name }) => !positionals.length || positionals.includes(name))
    .flatMap((recipe) => recipe.artifacts.map((artifact): Job => ({ recipe, artifact })))
    .filter((job) => !values.missing || isMissing(job));
  for (const [index, job] of jobs.entries()) {
    const key = keyOf(job.recipe, job.artifact);
    const title = `[${index + 1}/${jobs.length}] ${key} (${job.artifact.toolchain.name})`;
    try {
      const entry = await run(job, title, record[key]);
      if (entry) record[key] = entry;
    } catch (error) {
      say(`      not built: ${error instanceof Error ? error.message : String(error)}`);
      // A test run goes on without it and names what it leaves out; continuous integration does not.
      if (!values.missing || process.env['CI']) process.exitCode = 1;
    }
  }
  if (!values.missing) writeRecord(record);
}

if (import.meta.main) await main();
