// containerd's configuration, read: which version it is of, which folders it imports, and how it runs ordinary containers. Format:
// https://github.com/containerd/containerd/blob/main/docs/man/containerd-config.toml.5.md and docs/cri/config.md
import { parse } from 'smol-toml';

/** What the installer must know of a configuration. */
export type Configuration = {
  readonly version: Version;
  /** Paths and globs of further files. */
  readonly imports: readonly string[];
  /** Whether containerd is told to run without CRI, so that no kubelet can be using it. */
  readonly isCriDisabled: boolean;
  /** The table of each runtime handler, by name. */
  readonly runtimes: Readonly<Record<string, Table>>;
};

/** A table of TOML. */
export type Table = Readonly<Record<string, unknown>>;

/** Versions of the configuration's layout. */
export type Version = 1 | 2 | 3 | 4;

/** The plugin that has the runtimes, by version of the configuration. */
export const RUNTIME_PLUGINS: Readonly<Record<Version, string>> = {
  1: 'cri',
  2: 'io.containerd.grpc.v1.cri',
  3: 'io.containerd.cri.v1.runtime',
  4: 'io.containerd.cri.v1.runtime',
};

/** The first release of containerd that knows version 3, and takes a configuration without a version for it. */
const FIRST_WITH_VERSION_3 = 2;

/**
 * Reads a configuration. `containerdVersion`, such as `1.7.24`, tells what one means that names no version; undefined is the same as a
 * containerd before 2. Throws when it is no TOML, or of a version that is not known.
 */
export function parseConfiguration(text: string, containerdVersion: string | undefined): Configuration {
  const root = parse(text);
  const version = versionOf(root, containerdVersion);
  const plugins = tableOf(root['plugins']);
  const { runtimes } = tableOf(tableOf(plugins[RUNTIME_PLUGINS[version]])['containerd']);
  const disabled = stringsOf(root['disabled_plugins']);
  return {
    version,
    imports: stringsOf(root['imports']),
    isCriDisabled: disabled.includes('cri') || disabled.includes(RUNTIME_PLUGINS[version]),
    runtimes: Object.fromEntries(Object.entries(tableOf(runtimes)).map(([name, table]) => [name, tableOf(table)])),
  };
}

/** The version that a node has which has no configuration: the newest that its containerd is sure to know; later releases of 2.x know 4. */
export function newestVersion(containerdVersion: string | undefined): Version {
  return Number.parseInt(containerdVersion ?? '', 10) >= FIRST_WITH_VERSION_3 ? 3 : 2;
}

function versionOf({ version }: Table, containerdVersion: string | undefined): Version {
  if (version === 1 || version === 2 || version === 3 || version === 4) return version;
  if (version !== undefined) throw new Error(`version ${version} of containerd's configuration is not known`);
  return newestVersion(containerdVersion) === 3 ? 3 : 1;
}

/** How the node runs ordinary containers, as far as Spin containers are to be run in the same way. */
export type Inherited = {
  /** Options of runc's shim that ours has as well. */
  readonly options: Table;
  /** Further keys of the runtime's table. */
  readonly keys: Table;
};

const INHERITED_OPTIONS = ['SystemdCgroup', 'BinaryName', 'NoPivotRoot', 'NoNewKeyring'];
const INHERITED_KEYS = ['base_runtime_spec'];

/** Reads from the table of the handler `runc` what a Spin container shares with other containers. */
export function inheritedOf(runc: Table): Inherited {
  return { options: pick(tableOf(runc['options']), INHERITED_OPTIONS), keys: pick(runc, INHERITED_KEYS) };
}

/** An empty text and false are how defaults are written down; only of cgroups does false say something. */
function pick(table: Table, keys: readonly string[]): Table {
  const given = keys.filter((key) => table[key] || (key === 'SystemdCgroup' && table[key] === false));
  return Object.fromEntries(given.map((key) => [key, table[key]]));
}

function tableOf(value: unknown): Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Table) : {};
}

function stringsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
