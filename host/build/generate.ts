// Writes the generated protobuf modules of `host/gen` from `proto/`. With `--check` it writes nothing and fails when they differ.
// Run from the repository's root: node host/build/generate.ts [--check]
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { generateModules } from './protobuf.ts';

const HEADER = '// Generated from the messages of package';
const directory = 'host/gen';

const modules = generateModules(
  globSync('proto/**/*.proto')
    .sort()
    .map((path) => readFileSync(path, 'utf8')),
);
const present = new Map(
  globSync(`${directory}/*.ts`)
    .map((path) => [path.slice(directory.length + 1), readFileSync(path, 'utf8')] as const)
    .filter(([, text]) => text.startsWith(HEADER)),
);

const stale = [...modules].filter(([name, text]) => present.get(name) !== text).map(([name]) => name);
const orphans = [...present.keys()].filter((name) => !modules.has(name));

if (process.argv.includes('--check')) {
  for (const name of [...stale, ...orphans]) process.stderr.write(`${directory}/${name} is not what proto/ gives\n`);
  if (stale.length + orphans.length > 0) {
    process.stderr.write('run: node_modules/.bin/node host/build/generate.ts\n');
    process.exitCode = 1;
  }
} else {
  for (const name of stale) writeFileSync(`${directory}/${name}`, modules.get(name) ?? '');
  for (const name of orphans) process.stderr.write(`${directory}/${name} has no .proto file any more: remove it\n`);
  process.stdout.write(`${stale.length} of ${modules.size} modules written to ${directory}\n`);
}
