// Builds build/containerd-shim-spin-v2: Node itself without its symbols, with the bundled program, V8's compiled code for it and what
// the plan process loads (build/plan) as assets. Runs after guest-runtime.ts; does nothing when nothing changed. Run by `make build`;
// `executable.ts <machine>` builds for another machine. The same inputs give the same bytes.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { MAIN_ASSET } from '../worker/executor-thread.ts';
import { bundle } from './executable/bundle.ts';
import { codePathOf, DETERMINISTIC } from './executable/code-cache.ts';
import { partAssets } from './executable/part.ts';
import { MACHINES, ownMachine, provideTarget } from './executable/target.ts';

/** Where the executable looks for shared libraries before the system's folders: what `install` puts there for a node that lacks them. */
const LIBRARY_FOLDER = '$ORIGIN/../lib/containerd-shim-spin';

const wanted = process.argv[2] ?? ownMachine;
const machine = MACHINES.find((name) => name === wanted);
if (machine === undefined) throw new Error(`cannot build for "${wanted}": the machines are ${MACHINES.join(' and ')}`);
const target = provideTarget(machine);
const output = `${target.folder}/containerd-shim-spin-v2`;
/** Written first and then renamed, because an executable that runs cannot be written to. */
const fresh = `${output}.new`;
const folder = `${target.folder}/executable`;
const stampFile = `${folder}/inputs.sha256`;
const configFile = `${folder}/config.json`;

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const { main, parts } = await bundle('host/main.ts', folder, { VERSION: JSON.stringify(version) });
const assets = new Map([...parts].map(([name, path]) => [partAssets(name).text, path]));
// What a further thread of a worker runs.
assets.set(MAIN_ASSET, main);
// What the plan process loads: named by its path below `build`.
for (const path of globSync('build/plan/**/*').sort()) {
  if (statSync(path).isFile() && !path.endsWith('.sha256')) assets.set(relative('build', path), path);
}

const inputs = digestOf([main, import.meta.filename, ...assets.values()]);
if (existsSync(output) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === inputs) {
  process.stdout.write(`${output} is current\n`);
} else {
  const names = [...parts].map(([name, path]) => `${name}=${path}`);
  runNode(['host/build/executable/code-cache.ts', ...names]);
  for (const [name, path] of parts) assets.set(partAssets(name).code, codePathOf(path));
  writeExecutable();
  writeFileSync(stampFile, inputs);
  const megabytes = (statSync(output).size / 2 ** 20).toFixed(0);
  process.stdout.write(`${output}: ${megabytes} MB, ${parts.size} parts, ${assets.size} assets\n`);
}

function writeExecutable(): void {
  const config = {
    main,
    mainFormat: 'commonjs',
    executable: stripNode(),
    output: fresh,
    disableExperimentalSEAWarning: true,
    useCodeCache: true,
    // The second: host/ffi/watchdog.ts ends what runs without unwinding what Node checks.
    execArgv: ['--disable-warning=ExperimentalWarning', '--no-force-async-hooks-checks'],
    execArgvExtension: 'none',
    assets: Object.fromEntries(assets),
  };
  writeFileSync(configFile, JSON.stringify(config, null, 2));
  runNode(['--build-sea', configFile]);
  execFileSync('patchelf', ['--set-rpath', LIBRARY_FOLDER, fresh], { stdio: 'inherit' });
  renameSync(fresh, output);
}

/** Runs the Node that is built for, wherever it is for. */
function runNode(args: readonly string[]): void {
  const [program = '', ...rest] = [...target.runner, target.node, ...DETERMINISTIC, ...args];
  execFileSync(program, rest, { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Symbols are a fifth of Node's size and of no use here; they cannot be removed any more once assets are in. */
function stripNode(): string {
  const stripped = `${target.folder}/node-${process.version}`;
  if (!existsSync(stripped)) {
    mkdirSync(target.folder, { recursive: true });
    execFileSync(target.strip, ['-o', stripped, target.node], { stdio: 'inherit' });
  }
  return stripped;
}

function digestOf(paths: readonly string[]): string {
  const hash = createHash('sha256').update(process.version);
  for (const path of paths) hash.update(`\n${path}\n`).update(readFileSync(path));
  return hash.digest('hex');
}
