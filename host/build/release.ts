// `make release`: build/release, with an archive of the executable for each machine, their checksums, and the licences of what is in
// them. Runs after `make build`; the executable of the other machine is built here and run in software to see that it starts.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MACHINES, type Machine, NODE_PACKAGES, ownMachine, packagesFor, provideTarget } from './executable/target.ts';
import { archiveName, encodeRelease, formatChecksums } from './release/archive.ts';

const NAME = 'containerd-shim-spin-v2';
const folder = 'build/release';
/** Manifests that need no other file, by the names that the releases of Spin's shim have for them. */
const MANIFESTS = [
  ['runtime.yaml', 'deploy/runtime-class.yaml'],
  ['workload.yaml', 'deploy/demo/workload.yaml'],
  ['shim.yaml', 'deploy/shim.yaml'],
] as const;

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const digests = new Map<string, string>();
for (const machine of MACHINES) {
  writeFile(archiveName(NAME, machine), encodeRelease(NAME, readFileSync(buildFor(machine))));
}
for (const [name, source] of MANIFESTS) writeFile(name, new TextEncoder().encode(fillIn(readFileSync(source, 'utf8'))));
writeFile('LICENSES.txt', new TextEncoder().encode(collectLicences()));
writeFileSync(join(folder, 'SHA256SUMS'), formatChecksums(digests));
process.stdout.write(`${folder}: ${[...digests.keys(), 'SHA256SUMS'].join(', ')}\n`);

/** Builds the executable for a machine and makes sure that it starts. Gives its path. */
function buildFor(machine: Machine): string {
  const packages = packagesFor(machine);
  if (packages.length > 0) execFileSync('host/build/setup', packages, { stdio: 'inherit' });
  const flags = ['--disable-warning=ExperimentalWarning'];
  execFileSync(process.execPath, [...flags, 'host/build/executable.ts', machine], { stdio: 'inherit' });
  const { runner, folder: built } = provideTarget(machine);
  const [program = '', ...args] = [...runner, join(built, NAME), '-v'];
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  return join(built, NAME);
}

function writeFile(name: string, bytes: Uint8Array): void {
  writeFileSync(join(folder, name), bytes);
  digests.set(name, createHash('sha256').update(bytes).digest('hex'));
}

/** Puts the checksum of each archive behind its location. */
function fillIn(manifest: string): string {
  return [...digests].reduce(
    (text, [name, digest]) => text.replace(`${name}\n        sha256: ""`, `${name}\n        sha256: ${digest}`),
    manifest,
  );
}

/** The licence of this project, of Node with all that it contains, and of each dependency that the executable contains. */
function collectLicences(): string {
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: Record<string, string> };
  const paths = [NODE_PACKAGES[ownMachine], ...Object.keys(dependencies)].map((name) =>
    join('node_modules', name, 'LICENSE'),
  );
  return ['LICENSE', ...paths].map((path) => `==== ${path} ====\n\n${readFileSync(path, 'utf8').trim()}\n`).join('\n');
}
