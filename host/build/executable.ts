// Builds build/containerd-shim-spin-v2: Node itself without its symbols, with the bundled program, V8's compiled code for it and what
// the plan process loads (build/plan) as assets. Runs after guest-runtime.ts; does nothing when nothing changed. Run by `make build`.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, realpathSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { bundle } from './executable/bundle.ts';
import { createCodeCache } from './executable/code-cache.ts';
import { partAssets } from './executable/part.ts';

const output = 'build/containerd-shim-spin-v2';
/** Written first and then renamed, because an executable that runs cannot be written to. */
const fresh = `${output}.new`;
const folder = 'build/executable';
const stampFile = `${folder}/inputs.sha256`;
const configFile = `${folder}/config.json`;

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const { main, parts } = await bundle('host/main.ts', folder, { VERSION: JSON.stringify(version) });
const assets = new Map([...parts].map(([name, path]) => [partAssets(name).text, path]));
// What the plan process loads: named by its path below `build`.
for (const path of globSync('build/plan/**/*').sort()) {
  if (statSync(path).isFile() && !path.endsWith('.sha256')) assets.set(relative('build', path), path);
}

const inputs = digestOf([main, import.meta.filename, ...assets.values()]);
if (existsSync(output) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === inputs) {
  process.stdout.write(`${output} is current\n`);
} else {
  for (const [name, path] of parts) {
    const codePath = `${folder}/${name}.code`;
    writeFileSync(codePath, createCodeCache(readFileSync(path, 'utf8'), name));
    assets.set(partAssets(name).code, codePath);
  }
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
    execArgv: ['--disable-warning=ExperimentalWarning'],
    execArgvExtension: 'none',
    assets: Object.fromEntries(assets),
  };
  writeFileSync(configFile, JSON.stringify(config, null, 2));
  execFileSync(process.execPath, ['--build-sea', configFile], { stdio: ['ignore', 'ignore', 'inherit'] });
  renameSync(fresh, output);
}

/** Symbols are a fifth of Node's size and of no use here; they cannot be removed any more once assets are in. */
function stripNode(): string {
  const node = realpathSync(process.execPath);
  const stripped = `build/node-${process.version}`;
  if (!existsSync(stripped)) execFileSync('strip', ['-o', stripped, node], { stdio: 'inherit' });
  return stripped;
}

function digestOf(paths: readonly string[]): string {
  const hash = createHash('sha256').update(process.version);
  for (const path of paths) hash.update(`\n${path}\n`).update(readFileSync(path));
  return hash.digest('hex');
}
