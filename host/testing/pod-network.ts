// A network for the pods of one private containerd, by the CNI plugins of the machine: a bridge and a range of addresses of its own.
// The pods reach each other and the machine; no firewall rule is made, unless pods may have ports of the machine. https://www.cni.dev/plugins/current/main/bridge/
import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mustRun, runCommand } from './command.ts';

/** Where distributions put the plugins. */
const PLUGIN_FOLDERS = ['/usr/lib/cni', '/opt/cni/bin'];
const PLUGINS = ['bridge', 'host-local', 'loopback'];

/** Private ranges of which each instance takes one: 10.<first>.<n>.0/24. */
const FIRST = 201;
const RANGES = 250;

/** The network of one instance. */
export type PodNetwork = {
  /** The folder of the CNI plugins. */
  readonly pluginFolder: string;
  /** The folder of the network's configuration. */
  readonly configFolder: string;
  /** Lists what pods left in the network: interfaces, and addresses that were not given back. */
  readonly leftovers: () => Promise<readonly string[]>;
  /** Removes the bridge. */
  readonly remove: () => Promise<void>;
};

/** Writes the configuration of a network; the bridge comes with the first pod. The folder's name ends in what no other instance has. */
export async function createPodNetwork(
  directory: string,
  { hasHostPorts = false }: { readonly hasHostPorts?: boolean } = {},
): Promise<PodNetwork> {
  const pluginFolder = PLUGIN_FOLDERS.find((folder) => PLUGINS.every((name) => existsSync(join(folder, name))));
  if (pluginFolder === undefined) throw new Error('no CNI plugins: make setup installs containernetworking-plugins');
  // An interface's name has at most 15 characters.
  const bridge = `pods-${directory.slice(-6)}`;
  const subnet = await findSubnet();
  const addresses = join(directory, 'addresses');
  const configFolder = join(directory, 'cni');
  await mkdir(configFolder, { recursive: true });
  const ipam = { type: 'host-local', dataDir: addresses, ranges: [[{ subnet }]], routes: [{ dst: '0.0.0.0/0' }] };
  const ports = hasHostPorts ? [{ type: 'portmap', capabilities: { portMappings: true } }] : [];
  const plugins = [{ type: 'bridge', bridge, isGateway: true, ipMasq: false, ipam }, ...ports];
  await writeFile(join(configFolder, 'pods.conflist'), JSON.stringify({ cniVersion: '0.4.0', name: bridge, plugins }));
  return {
    pluginFolder,
    configFolder,
    leftovers: async () => [...(await listPorts(bridge)), ...(await listAddresses(join(addresses, bridge)))],
    remove: async () => {
      for (const port of await listPorts(bridge)) await runCommand('ip', ['link', 'delete', port]);
      await runCommand('ip', ['link', 'delete', bridge]);
    },
  };
}

/** Finds a range that the machine has no route to. Processes that look at the same time start at different places. */
async function findSubnet(): Promise<string> {
  const routes = await mustRun('ip', ['-4', 'route', 'show', 'table', 'all']);
  for (let turn = 0; turn < RANGES; turn++) {
    const prefix = `10.${FIRST}.${(process.pid + turn) % RANGES}.`;
    if (!routes.includes(prefix)) return `${prefix}0/24`;
  }
  throw new Error(`every range of 10.${FIRST}.0.0/16 is in use`);
}

async function listPorts(bridge: string): Promise<string[]> {
  const { stdout } = await runCommand('ip', ['-oneline', 'link', 'show', 'master', bridge]);
  return [...stdout.matchAll(/^\d+: ([^:@]+)/gm)].map(([, name = '']) => name);
}

/** host-local keeps a file for each address that is in use, beside its own notes. */
async function listAddresses(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => /^\d+\.\d+\.\d+\.\d+$/.test(name));
}
