// The two disks of the machine: a Debian that changes seldom and is kept, and the repository, made for each run. Both are ext4 file
// systems written from folders, so that nothing needs to be mounted.
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { digestOf } from '../image/archive.ts';
import { mustRun } from '../testing/command.ts';

const SUITE = 'bookworm';
/** What an end-to-end test needs of a machine, and systemd. */
const PACKAGES = [
  ...['systemd-sysv', 'dbus', 'udev', 'kmod', 'linux-image-cloud-amd64'],
  ...['containerd', 'runc', 'crun', 'containernetworking-plugins'],
  ...['busybox-static', 'iproute2', 'libatomic1', 'procps', 'util-linux'],
];
const UNIT = 'repository-tests.service';
const FSTAB = '/dev/vda / ext4 defaults 0 1\n/dev/vdb /repository ext4 defaults 0 2\n';
const SYSTEM_BYTES = '3G';
const REPOSITORY_BYTES = '2G';
/** A download of some 200 MB. */
const BOOTSTRAP_TIMEOUT_MS = 1_200_000;

/** What tests read of the repository. */
const REPOSITORY = ['package.json', 'node_modules', 'host', 'guest-runtime', 'wit', 'fixtures', 'bench'];
const BUILT = ['build/containerd-shim-spin-v2', 'build/spin-runtime.wasm', 'run/cache/containerd'];

/** A system's disk, and what boots it. */
export type SystemDisk = { readonly image: string; readonly kernel: string; readonly initialRamdisk: string };

/** Makes the disk of a Debian, unless the same one is there. */
export async function makeSystemDisk(print: (text: string) => void): Promise<SystemDisk> {
  const unit = await readFile(join(import.meta.dirname, UNIT), 'utf8');
  const recipe = new TextEncoder().encode(JSON.stringify([SUITE, PACKAGES, unit, FSTAB, SYSTEM_BYTES]));
  const folder = resolve('build/vm', (await digestOf(recipe)).slice(-12));
  const disk = {
    image: join(folder, 'system.img'),
    kernel: join(folder, 'vmlinuz'),
    initialRamdisk: join(folder, 'initrd'),
  };
  if (existsSync(disk.image)) return disk;
  print(`==> making a Debian ${SUITE} in ${folder}`);
  await rm(dirname(folder), { recursive: true, force: true });
  const root = join(folder, 'root');
  await mkdir(folder, { recursive: true });
  await bootstrap(root);
  await writeFile(join(root, 'etc/fstab'), FSTAB);
  await mkdir(join(root, 'repository'));
  await writeFile(join(root, 'etc/systemd/system', UNIT), unit);
  await mustRun('chroot', [root, 'systemctl', 'enable', UNIT]);
  const boot = await readdir(join(root, 'boot'));
  for (const [prefix, path] of [['vmlinuz-', disk.kernel] as const, ['initrd.img-', disk.initialRamdisk] as const]) {
    await rename(join(root, 'boot', boot.find((name) => name.startsWith(prefix)) ?? prefix), path);
  }
  await makeFileSystem(root, disk.image, SYSTEM_BYTES);
  await rm(root, { recursive: true });
  return disk;
}

async function bootstrap(root: string): Promise<void> {
  const args = ['--variant=minbase', `--include=${PACKAGES.join(',')}`, SUITE, root];
  await mustRun('mmdebstrap', args, { timeoutMs: BOOTSTRAP_TIMEOUT_MS });
}

/** Makes the disk of the repository, with the names of the test files to run; gives its path. */
export async function makeRepositoryDisk(files: readonly string[]): Promise<string> {
  const [stage, image] = [resolve('build/vm/repository'), resolve('build/vm/repository.img')];
  await rm(stage, { recursive: true, force: true });
  for (const path of [...REPOSITORY, ...BUILT]) {
    if (!existsSync(path)) continue;
    await mkdir(dirname(join(stage, path)), { recursive: true });
    // Links in place of copies: the stage is on the repository's own file system.
    await mustRun('cp', ['--archive', '--link', path, join(stage, path)]);
  }
  await writeFile(join(stage, 'test-files'), files.join('\n'));
  await makeFileSystem(stage, image, REPOSITORY_BYTES);
  await rm(stage, { recursive: true });
  return image;
}

async function makeFileSystem(folder: string, image: string, size: string): Promise<void> {
  await rm(image, { force: true });
  await mustRun('truncate', ['--size', size, `${image}.new`]);
  await mustRun('mkfs.ext4', ['-q', '-F', '-d', folder, `${image}.new`], { timeoutMs: 300_000 });
  await rename(`${image}.new`, image);
}
