// A bundle as containerd makes it, with the machine's own static busybox as its image. Everything is below one temporary folder whose name
// is the mark that also names the container and its cgroup. `close` leaves nothing behind, whatever the test did.
import { copyFile, mkdir, mkdtemp, readdir, rm, rmdir, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { unmountAll } from '../bundle/mount.ts';
import type { Spec } from '../bundle/spec.ts';
import type { Mount } from '../gen/containerd.types.ts';
import { findProcesses } from './leftovers.ts';

const CGROUP_ROOT = '/sys/fs/cgroup';
const BUSYBOX = '/bin/busybox';
const APPLETS = ['cat', 'echo', 'id', 'kill', 'ls', 'ps', 'sh', 'sleep', 'stty', 'test', 'tty', 'true'];

/** A temporary bundle. */
export class OciBundle {
  /** Everything is below it. */
  readonly root: string;
  /** In the names of everything. */
  readonly mark: string;
  readonly bundle: string;
  readonly image: string;
  /** The container's spec; `write` puts it into the bundle. */
  spec: Spec;

  private constructor(root: string) {
    this.root = root;
    this.mark = basename(root);
    this.bundle = join(root, 'bundle');
    this.image = join(root, 'image');
    this.spec = createSpec(`/${this.mark}/container`);
  }

  /** Makes a bundle whose process runs a shell script. */
  static async open(script = 'true'): Promise<OciBundle> {
    const bundle = new OciBundle(await mkdtemp(join(tmpdir(), 'oci-')));
    for (const directory of ['image/bin', 'image/proc', 'image/dev', 'image/tmp', 'bundle/rootfs']) {
      await mkdir(join(bundle.root, directory), { recursive: true });
    }
    await copyFile(BUSYBOX, join(bundle.image, 'bin/busybox'));
    for (const name of APPLETS) await symlink('busybox', join(bundle.image, 'bin', name));
    await bundle.setScript(script);
    return bundle;
  }

  /** What mounts the image on the bundle's rootfs. */
  get rootfs(): Mount[] {
    return [{ type: 'bind', source: this.image, target: '', options: ['rbind', 'rw'] }];
  }

  /** Sets the script of the container's process and writes the spec. */
  async setScript(script: string): Promise<void> {
    this.spec = { ...this.spec, process: { ...this.spec.process, args: ['/bin/sh', '-c', script] } };
    await this.write();
  }

  /** Changes the spec and writes it. */
  async change(changes: Partial<Spec>): Promise<void> {
    this.spec = { ...this.spec, ...changes };
    await this.write();
  }

  async write(): Promise<void> {
    await writeFile(join(this.bundle, 'config.json'), JSON.stringify(this.spec));
  }

  /** Lists the processes of the bundle's containers. */
  processes(): ReturnType<typeof findProcesses> {
    return findProcesses(this.mark);
  }

  /** Lists the cgroups of the bundle's containers that are left. */
  async cgroups(): Promise<string[]> {
    const found: string[] = [];
    for (const directory of await this.#cgroupParents()) {
      const names = await readdir(directory, { withFileTypes: true }).catch(() => []);
      found.push(...names.filter((entry) => entry.isDirectory()).map(({ name }) => join(directory, name)));
    }
    return found;
  }

  /** With cgroup v1 there is one in each hierarchy. */
  async #cgroupParents(): Promise<string[]> {
    return ['.', ...(await readdir(CGROUP_ROOT))].map((hierarchy) => join(CGROUP_ROOT, hierarchy, this.mark));
  }

  /** Removes everything: processes, mounts, cgroups, files. */
  async close(): Promise<void> {
    for (const { pid } of await this.processes()) killNow(pid);
    await unmountAll(this.root);
    for (const directory of await this.cgroups()) await rmdir(directory).catch(() => {});
    for (const directory of await this.#cgroupParents()) await rmdir(directory).catch(() => {});
    await rm(this.root, { recursive: true, force: true });
  }
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

function createSpec(cgroupsPath: string): Spec {
  const capabilities = ['CAP_KILL', 'CAP_SETUID', 'CAP_SETGID', 'CAP_NET_BIND_SERVICE'];
  return {
    ociVersion: '1.0.2',
    process: {
      cwd: '/',
      args: ['/bin/true'],
      env: ['PATH=/bin'],
      user: { uid: 0, gid: 0 },
      capabilities: { bounding: capabilities, effective: capabilities, permitted: capabilities },
    },
    root: { path: 'rootfs' },
    hostname: 'box',
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755', 'size=65536k'] },
      {
        destination: '/dev/pts',
        type: 'devpts',
        source: 'devpts',
        options: ['newinstance', 'ptmxmode=0666', 'mode=0620'],
      },
    ],
    linux: { cgroupsPath, namespaces: ['pid', 'ipc', 'uts', 'mount', 'network'].map((type) => ({ type })) },
  };
}
