// `make check`: every rule of this repository that a machine can hold. Each check prints one line; a failed one prints what is wrong.
import { execFile } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { findDocumentFaults, parseMakeTargets } from './check/documents.ts';
import { findFeatureFaults } from './check/features.ts';
import { findLayerFaults, isTool } from './check/layers.ts';
import { findSettingFaults } from './check/settings.ts';

type Check = { readonly name: string; readonly run: () => Promise<readonly string[]> };

/** No file is longer, generated ones apart. */
const MAX_FILE_LINES = 400;

const program = (name: string, file: string, args: readonly string[]): Check => ({
  name,
  run: async () => {
    try {
      await promisify(execFile)(file, args, { maxBuffer: 2 ** 24 });
      return [];
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      return [`${stdout}${stderr}`.trim()];
    }
  },
});
const script = (name: string, path: string): Check =>
  program(name, process.execPath, ['--disable-warning=ExperimentalWarning', path, '--check']);

const readAll = (patterns: readonly string[]): Map<string, string> => {
  const paths = globSync([...patterns], { exclude: ['**/node_modules/**', 'build/**', 'run/**'] }).sort();
  return new Map(paths.map((path) => [path, readFileSync(path, 'utf8')]));
};
const SOURCES = ['host/**/*.ts', 'guest-runtime/**/*.ts', 'bench/**/*.ts'];

const checks: readonly Check[] = [
  program('types', 'node_modules/.bin/tsc', ['-p', 'tsconfig.json']),
  program('lint and format', 'node_modules/.bin/biome', ['check', '--error-on-warnings', '--max-diagnostics=50']),
  script('generated protobuf modules are current', 'host/build/generate.ts'),
  script('generated runtime types are current', 'host/build/runtime-types.ts'),
  script('generated host interfaces are current', 'host/build/host-interfaces.ts'),
  { name: 'imports go one way', run: async () => findLayerFaults(readAll(SOURCES)) },
  { name: `no file has more than ${MAX_FILE_LINES} lines`, run: async () => findLongFiles() },
  { name: 'documents name what is there', run: async () => checkDocuments() },
  { name: 'every feature names a test', run: async () => checkFeatures() },
  { name: 'every setting is documented', run: async () => checkSettings() },
];

function findLongFiles(): string[] {
  return [...readAll(SOURCES)]
    .filter(([path]) => !path.startsWith('host/gen/'))
    .map(([path, text]) => ({ path, lines: text.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > MAX_FILE_LINES)
    .map(({ path, lines }) => `${path}: ${lines} lines`);
}

function checkDocuments(): string[] {
  const inventory = { hasPath: existsSync, makeTargets: parseMakeTargets(readFileSync('Makefile', 'utf8')) };
  return [...readAll(['*.md', '*/README.md'])].flatMap(([path, text]) => findDocumentFaults(path, text, inventory));
}

function checkFeatures(): string[] {
  const read = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined);
  return findFeatureFaults(readFileSync('README.md', 'utf8'), read);
}

/** Tools and tests set variables for others. */
function checkSettings(): string[] {
  const sources = [...readAll(SOURCES)].filter(([path]) => !isTool(path) && !/\.(?:test|e2e)\.ts$/.test(path));
  return findSettingFaults(readFileSync('README.md', 'utf8'), new Map(sources));
}

async function runCheck({ name, run }: Check): Promise<boolean> {
  const faults = await run();
  process.stdout.write(`${faults.length === 0 ? 'ok  ' : 'FAIL'} ${name}\n`);
  for (const fault of faults) process.stdout.write(`${fault}\n`.replace(/^/gm, '     ').trimEnd().concat('\n'));
  return faults.length === 0;
}

const results: boolean[] = [];
for (const check of checks) results.push(await runCheck(check));
if (results.includes(false)) process.exitCode = 1;
