// Finds the folders of a process's cgroup, from /proc/<pid>/cgroup and /proc/self/mountinfo (cgroups(7), proc(5)). A machine has either
// one unified hierarchy (v2), or one per controller (v1), often with a unified one beside them that holds no limits.

import { isSystemdCgroupPath } from '../bundle/options.ts';

/** Key of the unified hierarchy among the folders of a cgroup. */
export const UNIFIED = 'unified';

/** Where a container's cgroup is. */
export type Cgroup = {
  readonly version: 1 | 2;
  /** Absolute folders by controller (`memory`), by name (`name=systemd`), or under `UNIFIED`. */
  readonly directories: Readonly<Record<string, string>>;
};

type Hierarchy = { readonly controllers: readonly string[]; readonly path: string };
type HierarchyMount = { readonly controllers: readonly string[]; readonly root: string; readonly point: string };

/**
 * Locates a container's cgroup. Hierarchies in which the container is where this process is, or at the root, are left out: those
 * folders are not the container's own, and nothing may be killed or removed there.
 * @param own the text of /proc/self/cgroup
 */
export function locateCgroup(text: string, own: string, mountInfo: string): Cgroup {
  const hierarchies = parseHierarchies(text);
  const ownPaths = new Map(parseHierarchies(own).map(({ controllers, path }) => [controllers.join(), path]));
  const mounts = parseMounts(mountInfo);
  const directories: Record<string, string> = {};
  for (const { controllers, path } of hierarchies) {
    if (path === '/' || ownPaths.get(controllers.join()) === path) continue;
    for (const controller of controllers) {
      const directory = directoryOf(
        path,
        mounts.find((mount) => mount.controllers.includes(controller)),
      );
      if (directory !== null) directories[controller] = directory;
    }
  }
  return { version: isUnified(hierarchies) ? 2 : 1, directories };
}

/**
 * Returns where an OCI runtime will make the cgroup that a spec asks for by `linux.cgroupsPath`, in every hierarchy; null when that depends
 * on where the runtime itself is.
 */
export function locateFutureCgroup(cgroupsPath: string, mountInfo: string): Cgroup | null {
  const path = isSystemdCgroupPath(cgroupsPath) ? pathOfUnit(cgroupsPath) : cgroupsPath;
  if (!path.startsWith('/') || path === '/') return null;
  const mounts = parseMounts(mountInfo);
  const directories = mounts.flatMap(({ controllers, point }) => controllers.map((name) => [name, point + path]));
  const version = mounts.every(({ controllers }) => controllers.includes(UNIFIED)) ? 2 : 1;
  return { version, directories: Object.fromEntries(directories) };
}

// `a-b.slice:prefix:name` is the unit prefix-name.scope in a-b.slice, which is in a.slice (systemd.slice(5)).
function pathOfUnit(text: string): string {
  const [slice = '', prefix = '', name = ''] = text.split(':');
  const words = slice.replace(/\.slice$/, '').split('-');
  const slices = words.every((word) => word === '') ? [] : words.map((_, index) => words.slice(0, index + 1).join('-'));
  const unit = name.endsWith('.slice') ? name : `${[prefix, name].filter((word) => word !== '').join('-')}.scope`;
  return ['', ...slices.map((words) => `${words}.slice`), unit].join('/');
}

function isUnified(hierarchies: readonly Hierarchy[]): boolean {
  return hierarchies.every(({ controllers }) => controllers.every((name) => name === UNIFIED || name.includes('=')));
}

// `4:memory:/path`; the unified hierarchy is `0::/path`.
function parseHierarchies(text: string): Hierarchy[] {
  return text
    .split('\n')
    .map((line) => /^\d+:([^:]*):(.*)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, controllers, path]) => ({
      controllers: controllers ? controllers.split(',') : [UNIFIED],
      path: path ?? '',
    }));
}

// `… <root> <mount point> … - <type> <source> <options>`; the options of a v1 hierarchy name its controllers.
function parseMounts(mountInfo: string): HierarchyMount[] {
  const mounts: HierarchyMount[] = [];
  for (const line of mountInfo.split('\n')) {
    const [left = '', right = ''] = line.split(' - ');
    const [type, , options = ''] = right.split(' ');
    if (type !== 'cgroup' && type !== 'cgroup2') continue;
    const [, , , root = '/', point = ''] = left.split(' ');
    const controllers = options.split(',').filter((option) => option !== 'rw' && option !== 'ro');
    mounts.push({ controllers: type === 'cgroup2' ? [UNIFIED] : controllers, root, point });
  }
  return mounts;
}

function directoryOf(path: string, mount: HierarchyMount | undefined): string | null {
  if (!mount) return null;
  const isBelowRoot = mount.root !== '/' && (path === mount.root || path.startsWith(`${mount.root}/`));
  return mount.point + (isBelowRoot ? path.slice(mount.root.length) : path);
}
