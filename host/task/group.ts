// The members of a group, on disk: one symbolic link to its bundle for each container of a shim. With them, `delete` of a pod sandbox finds
// the other containers of the pod, for which containerd 2.0 and later calls no `delete` of their own after the shim has crashed.

import { mkdir, readdir, readlink, rm, rmdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';

/** The group of containers that one shim serves. */
export class Group {
  readonly #directory: string;

  /** `stateDirectory` is that of the containers' containerd and namespace. */
  constructor(stateDirectory: string, groupId: string) {
    this.#directory = join(stateDirectory, 'groups', encodeURIComponent(groupId));
  }

  /** Adds a container. */
  async add(id: string, bundle: string): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const link = join(this.#directory, encodeURIComponent(id));
    await rm(link, { force: true });
    await symlink(bundle, link);
  }

  /** Removes a container, and the group when it is empty then. */
  async remove(id: string): Promise<void> {
    await rm(join(this.#directory, encodeURIComponent(id)), { force: true });
    await rmdir(this.#directory).catch(() => {});
  }

  /** Lists the containers with their bundles. */
  async list(): Promise<{ id: string; bundle: string }[]> {
    const names = await readdir(this.#directory).catch(() => []);
    const bundles = await Promise.all(names.map((name) => readlink(join(this.#directory, name)).catch(() => '')));
    return names.map((name, index) => ({ id: decodeURIComponent(name), bundle: bundles[index] ?? '' }));
  }
}
