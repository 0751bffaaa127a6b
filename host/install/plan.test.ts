// Each kind of node with its own configuration (fixtures/, whose first lines name where they are from).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Code, StatusError } from '../ttrpc/status.ts';
import { type Configuration, parseConfiguration } from './configuration.ts';
import { type Edit, type Node, planInstall, planUninstall, revert } from './plan.ts';

const SPIN = { handler: 'spin' };
const PATHS = {
  containerd: '/etc/containerd/config.toml',
  dropIn: '/etc/containerd/conf.d/containerd-shim-spin.toml',
  k0s: '/etc/k0s/containerd.toml',
  k0sDropIn: '/etc/k0s/containerd.d/containerd-shim-spin.toml',
  k3s: '/var/lib/rancher/k3s/agent/etc/containerd/config.toml',
  k3sTemplate2: '/var/lib/rancher/k3s/agent/etc/containerd/config.toml.tmpl',
  k3sTemplate3: '/var/lib/rancher/k3s/agent/etc/containerd/config-v3.toml.tmpl',
  k3sDropIn: '/var/lib/rancher/k3s/agent/etc/containerd/config-v3.toml.d/containerd-shim-spin.toml',
  microk8s: '/var/snap/microk8s/current/args/containerd-template.toml',
  rke2: '/var/lib/rancher/rke2/agent/etc/containerd/config.toml',
  rke2Template2: '/var/lib/rancher/rke2/agent/etc/containerd/config.toml.tmpl',
} as const;

const COPY = '.before-containerd-shim-spin';
const fixture = (name: string) => readFileSync(join(import.meta.dirname, `fixtures/${name}.toml`), 'utf8');

/** A node that has these files, whose texts an edit changes. */
class Files {
  readonly texts: Map<string, string>;
  readonly containerdVersion: string | undefined;
  runc: Node['runc'];

  constructor(texts: Readonly<Record<string, string>>, containerdVersion?: string) {
    this.texts = new Map(Object.entries(texts));
    this.containerdVersion = containerdVersion;
  }

  get node(): Node {
    return {
      exists: (path) => this.texts.has(path),
      read: (path) => this.texts.get(path),
      containerdVersion: this.containerdVersion,
      runc: this.runc,
    };
  }

  apply(edits: readonly Edit[]): void {
    for (const { path, before, after } of edits) {
      assert.is(this.texts.get(path), before, `what ${path} was before`);
      if (after === undefined) this.texts.delete(path);
      else this.texts.set(path, after);
    }
  }

  /** Installs, and gives the edits of configurations: all but the copies of what was there. */
  install(handler = 'spin'): readonly Edit[] {
    const { edits } = planInstall(this.node, { handler });
    this.apply(edits);
    return edits.filter(({ path }) => !path.endsWith(COPY));
  }
}

type Case = {
  readonly name: string;
  /** The configuration that the node has, and where. */
  readonly has: readonly [string, string];
  readonly others?: Readonly<Record<string, string>>;
  readonly containerdVersion?: string;
  /** The only file that is edited. */
  readonly edits: string;
  /** What a Spin container is run with, as the others of the node are. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly units?: readonly string[];
};

const unit = (name: string) => ({ [`/etc/systemd/system/${name}.service`]: '' });
const SYSTEMD = { SystemdCgroup: true };
const CASES: readonly Case[] = [
  { name: 'Debian', has: [PATHS.containerd, 'debian'], edits: PATHS.containerd },
  { name: 'kubeadm', has: [PATHS.containerd, 'kubeadm'], edits: PATHS.containerd, options: SYSTEMD },
  {
    name: 'containerd 2',
    has: [PATHS.containerd, 'containerd-2'],
    others: { '/lib/systemd/system/containerd.service': '' },
    edits: PATHS.containerd,
    options: SYSTEMD,
    units: ['containerd.service'],
  },
  {
    name: 'containerd 2 with a folder',
    has: [PATHS.containerd, 'containerd-2-imports'],
    edits: PATHS.dropIn,
    options: SYSTEMD,
  },
  {
    name: 'containerd 2.4, which imports a folder unless told otherwise',
    has: [PATHS.containerd, 'containerd-4'],
    edits: PATHS.dropIn,
    options: { SystemdCgroup: false },
  },
  { name: 'kind', has: [PATHS.containerd, 'kind'], edits: PATHS.containerd, options: SYSTEMD },
  { name: 'minikube', has: [PATHS.containerd, 'minikube'], edits: PATHS.containerd, options: { SystemdCgroup: false } },
  { name: 'microk8s', has: [PATHS.microk8s, 'microk8s'], edits: PATHS.microk8s },
  {
    name: 'k3s with containerd 1.7',
    has: [PATHS.k3s, 'k3s-2'],
    others: unit('k3s-agent'),
    edits: PATHS.k3sTemplate2,
    options: SYSTEMD,
    units: ['k3s-agent.service'],
  },
  {
    name: 'k3s with a template of its operator',
    has: [PATHS.k3s, 'k3s-2'],
    others: { [PATHS.k3sTemplate2]: '{{ template "base" . }}\n[debug]\n  level = "debug"\n' },
    edits: PATHS.k3sTemplate2,
    options: SYSTEMD,
  },
  {
    name: 'k3s with an early containerd 2',
    has: [PATHS.k3s, 'k3s-3-early'],
    edits: PATHS.k3sTemplate3,
    options: SYSTEMD,
  },
  { name: 'k3s with containerd 2', has: [PATHS.k3s, 'k3s-3'], edits: PATHS.k3sDropIn, options: SYSTEMD },
  {
    name: 'rke2',
    has: [PATHS.rke2, 'k3s-2'],
    others: { ...unit('rke2-server'), ...unit('rke2-agent') },
    edits: PATHS.rke2Template2,
    options: SYSTEMD,
    units: ['rke2-server.service', 'rke2-agent.service'],
  },
  { name: 'k0s', has: [PATHS.k0s, 'k0s'], edits: PATHS.k0sDropIn },
  {
    name: "k0s with its operator's configuration",
    has: [PATHS.k0s, 'k0s-own'],
    others: unit('k0sworker'),
    edits: PATHS.k0s,
    units: ['k0sworker.service'],
  },
];

/** The configuration that containerd gets from an edited file: of a template, what comes after the built-in one. */
function configurationIn(text: string, version: number): Configuration {
  const rendered = text.replace(/^\{\{.*\}\}$/gm, `version = ${version}`);
  return parseConfiguration(rendered, undefined);
}

function optionsOf({ spin }: Configuration['runtimes']): object {
  return { ...(spin?.['options'] as object) };
}

function filesOf({ has: [path, name], others, containerdVersion }: Case): Files {
  return new Files({ [path]: fixture(name), ...others }, containerdVersion);
}

const install = suite('planInstall');
for (const one of CASES) {
  const original = parse(fixture(one.has[1]));
  install(`adds the handler to ${one.edits} on ${one.name}`, () => {
    const files = filesOf(one);
    const [edit, ...more] = files.install();
    assert.equal([edit?.path, more], [one.edits, []]);
    const { version, runtimes } = configurationIn(edit?.after ?? '', Number(original['version']));
    assert.is(version, original['version']);
    const directory =
      one.name === 'microk8s' ? '/var/snap/microk8s/common/containerd-shim-spin' : '/opt/containerd-shim-spin';
    assert.is(runtimes['spin']?.['runtime_type'], `${directory}/bin/containerd-shim-spin-v2`);
    assert.equal(optionsOf(runtimes), one.options ?? {});
    assert.equal(planInstall(filesOf(one).node, SPIN).units, one.units ?? []);
  });

  install(`leaves every byte that was there on ${one.name}`, () => {
    const [edit] = filesOf(one).install();
    assert.ok(edit?.before === undefined || edit.after?.startsWith(edit.before));
  });

  install(`has nothing to do a second time on ${one.name}`, () => {
    const files = filesOf(one);
    files.install();
    assert.equal(files.install(), []);
  });
}

install('names the runtime that containerd has by itself where the configuration names none', () => {
  for (const [name, handlers] of [
    ['debian', ['runc', 'spin']],
    ['kind', ['runc', 'spin', 'test-handler']],
    ['containerd-2', ['runc', 'spin']],
  ] as const) {
    const [edit] = new Files({ [PATHS.containerd]: fixture(name) }).install();
    const { runtimes } = parseConfiguration(edit?.after ?? '', undefined);
    assert.equal(Object.keys(runtimes).sort(), handlers);
    assert.is(runtimes['runc']?.['runtime_type'], 'io.containerd.runc.v2');
  }
});

install('keeps a copy of the file as it was before the first time', () => {
  const files = new Files({ [PATHS.containerd]: fixture('kubeadm') });
  files.install();
  files.install('other');
  assert.is(files.texts.get(PATHS.containerd + COPY), fixture('kubeadm'));
});

install('takes over the base of all containers that kind has', () => {
  const [edit] = new Files({ [PATHS.containerd]: fixture('kind') }).install();
  const { runtimes } = configurationIn(edit?.after ?? '', 2);
  assert.is(runtimes['spin']?.['base_runtime_spec'], '/etc/containerd/cri-base.json');
});

install('takes over what containerd runs with, whichever of its files says so', () => {
  const files = new Files({ [PATHS.k0s]: fixture('k0s') });
  files.runc = { options: { SystemdCgroup: true, BinaryName: '' }, base_runtime_spec: '' };
  const [edit] = files.install();
  assert.equal(optionsOf(configurationIn(edit?.after ?? '', 2).runtimes), SYSTEMD);
});

install('replaces what it added when the node has changed since', () => {
  const files = new Files({ [PATHS.containerd]: fixture('kubeadm') });
  files.install();
  files.texts.set(
    PATHS.containerd,
    (files.texts.get(PATHS.containerd) ?? '').replace(/SystemdCgroup = true/, 'SystemdCgroup = false'),
  );
  const [edit] = files.install();
  assert.equal(optionsOf(configurationIn(edit?.after ?? '', 2).runtimes), { SystemdCgroup: false });
  assert.is(edit?.after?.match(/runtimes\."spin"\]/g)?.length, 1);
});

install('makes a configuration of the newest version where containerd runs without one', () => {
  for (const [containerdVersion, version] of [
    ['1.6.20', 2],
    ['1.7.24', 2],
    ['2.1.9', 3],
  ] as const) {
    const files = new Files({ '/run/containerd/containerd.sock': '' }, containerdVersion);
    const [edit] = files.install();
    assert.equal([edit?.path, edit?.before], [PATHS.containerd, undefined]);
    assert.is(configurationIn(edit?.after ?? '', version).version, version);
  }
});

install('reads a configuration without a version as the containerd that runs does', () => {
  for (const [containerdVersion, plugin] of [
    ['1.7.24', 'cri'],
    ['2.1.9', 'io.containerd.cri.v1.runtime'],
  ] as const) {
    const [edit] = new Files({ [PATHS.containerd]: 'oom_score = 0\n' }, containerdVersion).install();
    assert.match(edit?.after ?? '', `[plugins."${plugin}".containerd.runtimes."spin"]`);
  }
});

install('takes another name for the handler', () => {
  const [edit] = new Files({ [PATHS.containerd]: fixture('debian') }).install('spin-v2');
  assert.ok(configurationIn(edit?.after ?? '', 2).runtimes['spin-v2']);
});

install('takes another folder and another kind of node when it is told to', () => {
  const files = new Files({ [PATHS.containerd]: fixture('debian'), [PATHS.k3s]: fixture('k3s-2') });
  assert.is(planInstall(files.node, SPIN).distribution.name, 'k3s');
  const plan = planInstall(files.node, { ...SPIN, distribution: 'containerd', directory: '/data/spin' });
  assert.equal([plan.distribution.name, plan.directory], ['containerd', '/data/spin']);
  assert.match(plan.edits.at(-1)?.after ?? '', '"/data/spin/bin/containerd-shim-spin-v2"');
});

const refuses = (name: string, texts: Readonly<Record<string, string>>, message: RegExp) => {
  install(`refuses ${name}`, () => {
    assert.throws(
      () => planInstall(new Files(texts).node, SPIN),
      (error: unknown) =>
        error instanceof StatusError && error.code === Code.FAILED_PRECONDITION && message.test(error.message),
    );
  });
};
refuses('a node without containerd', {}, /no containerd that is known/);
refuses('a containerd without CRI', { [PATHS.containerd]: fixture('docker') }, /disables CRI/);
refuses('what is no TOML', { [PATHS.containerd]: 'version = ' }, /cannot read/);
refuses('a version that is not known', { [PATHS.containerd]: 'version = 5' }, /cannot read/);
refuses('a handler of that name that is not ours', { [PATHS.k3s]: fixture('k3s-found') }, /already has a handler spin/);
refuses(
  'runtimes written inline, which nothing can be appended to',
  { [PATHS.containerd]: 'version = 2\nplugins = { "io.containerd.grpc.v1.cri" = {} }\n' },
  /cannot add a runtime/,
);
install.run();

const uninstall = suite('planUninstall');
for (const one of CASES) {
  uninstall(`leaves ${one.name} as it was, byte for byte`, () => {
    const files = filesOf(one);
    const before = new Map(files.texts);
    files.install();
    files.apply(planUninstall(files.node, SPIN).edits);
    assert.equal(files.texts, before);
    assert.equal(planUninstall(files.node, SPIN).edits, []);
  });
}

uninstall('keeps what was written behind our part since', () => {
  const files = new Files({ [PATHS.containerd]: fixture('kind') });
  files.install();
  const later = '\n[debug]\n  level = "debug"\n';
  files.texts.set(PATHS.containerd, files.texts.get(PATHS.containerd) + later);
  files.apply(planUninstall(files.node, SPIN).edits);
  assert.is(files.texts.get(PATHS.containerd), fixture('kind') + later);
});

uninstall('finds what was added before the node took to importing a folder', () => {
  const files = new Files({ [PATHS.k3s]: fixture('k3s-2') });
  files.install();
  files.texts.set(PATHS.k3s, fixture('k3s-3'));
  assert.equal(
    planUninstall(files.node, SPIN).edits.map(({ path }) => path),
    [PATHS.k3sTemplate2],
  );
});
uninstall.run();

const back = suite('revert');
back('undoes edits', () => {
  for (const one of CASES) {
    const files = filesOf(one);
    const before = new Map(files.texts);
    const { edits } = planInstall(files.node, SPIN);
    files.apply(edits);
    files.apply(revert(edits));
    assert.equal(files.texts, before);
  }
});
back.run();
