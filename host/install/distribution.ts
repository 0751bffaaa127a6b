// The kinds of nodes there are, by what keeps containerd's configuration: where it is, what reads it, who restarts containerd, and
// where it listens. All paths are the node's.

/** One kind of node. */
export type Distribution = {
  readonly name: string;
  /** Paths any of which only such a node has. */
  readonly marks: readonly string[];
  /** The configuration that containerd runs with, as far as it tells version, imports and the OCI runtime's options. */
  readonly configuration: string;
  /** Where an addition goes when the configuration imports no folder that could take it. */
  readonly editing: Editing;
  /** The folder for what is installed. */
  readonly directory: string;
  /** Units of systemd that may run containerd; those of them that run are restarted. */
  readonly units: readonly string[];
  /** containerd's socket. */
  readonly socket: string;
};

/** How a kind of node takes additions to its configuration. */
export type Editing =
  /** The configuration itself, or the file it is made of, is edited. */
  | { readonly kind: 'file' }
  /** Its keeper makes it anew from a template, by version of the configuration; one that is not there is begun with the built-in one. */
  | { readonly kind: 'template'; readonly templates: Readonly<Record<number, string>> }
  /** Its keeper merges a folder's files into it, as long as the configuration begins with this line. */
  | { readonly kind: 'folder'; readonly folder: string; readonly firstLine: string };

const DIRECTORY = '/opt/containerd-shim-spin';

/** From the most particular to the one that is what remains: the first whose mark is there. */
export const DISTRIBUTIONS: readonly Distribution[] = [
  {
    name: 'microk8s',
    marks: ['/var/snap/microk8s/current/args/containerd-template.toml'],
    configuration: '/var/snap/microk8s/current/args/containerd-template.toml',
    editing: { kind: 'file' },
    directory: '/var/snap/microk8s/common/containerd-shim-spin',
    units: ['snap.microk8s.daemon-containerd.service'],
    socket: '/var/snap/microk8s/common/run/containerd.sock',
  },
  rancher('rke2', ['rke2-server.service', 'rke2-agent.service']),
  rancher('k3s', ['k3s.service', 'k3s-agent.service']),
  {
    name: 'k0s',
    marks: ['/etc/k0s/containerd.toml', '/run/k0s/containerd.sock'],
    configuration: '/etc/k0s/containerd.toml',
    editing: { kind: 'folder', folder: '/etc/k0s/containerd.d', firstLine: '# k0s_managed=true' },
    directory: DIRECTORY,
    units: ['k0sworker.service', 'k0scontroller.service'],
    socket: '/run/k0s/containerd.sock',
  },
  {
    // kubeadm, kind, minikube, and whatever else takes containerd as it comes.
    name: 'containerd',
    marks: ['/etc/containerd/config.toml', '/run/containerd/containerd.sock'],
    configuration: '/etc/containerd/config.toml',
    editing: { kind: 'file' },
    directory: DIRECTORY,
    units: ['containerd.service'],
    socket: '/run/containerd/containerd.sock',
  },
];

function rancher(name: string, units: readonly string[]): Distribution {
  const folder = `/var/lib/rancher/${name}/agent/etc/containerd`;
  return {
    name,
    marks: [`${folder}/config.toml`],
    configuration: `${folder}/config.toml`,
    editing: { kind: 'template', templates: { 2: `${folder}/config.toml.tmpl`, 3: `${folder}/config-v3.toml.tmpl` } },
    directory: DIRECTORY,
    units,
    socket: '/run/k3s/containerd/containerd.sock',
  };
}

/** Finds which kind of node has these paths; `exists` tells whether one is there. Undefined when it is none of them. */
export function findDistribution(exists: (path: string) => boolean): Distribution | undefined {
  return DISTRIBUTIONS.find(({ marks }) => marks.some(exists));
}
