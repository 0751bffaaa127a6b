// The manifests in deploy/: what Kubernetes would refuse, and what in them must agree.
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { findSchemaFaults, type Manifest, readManifests } from '../testing/kubernetes.ts';
import { parseArguments } from './arguments.ts';

type Template = {
  readonly runtimeClassName?: string;
  readonly initContainers?: readonly { readonly name: string; readonly args: readonly string[] }[];
};
type Kustomization = {
  readonly resources: readonly string[];
  readonly patches?: readonly { readonly patch: string }[];
};

const paths = globSync('deploy/**/*.yaml').sort();
const kustomizations = paths.filter((path) => path.endsWith('/kustomization.yaml'));
const manifests = paths.filter((path) => !kustomizations.includes(path));
const one = (path: string, kind: string): Manifest => {
  const found = readManifests(path).find((manifest) => manifest.kind === kind);
  if (found === undefined) throw new Error(`no ${kind} in ${path}`);
  return found;
};
const templateOf = (manifest: Manifest): Template =>
  (manifest['spec'] as { template: { spec: Template } }).template.spec;
const nameOf = (manifest: Manifest) => (manifest['metadata'] as { name: string }).name;

const deploy = suite('deploy');
for (const path of manifests) {
  deploy(`${path} is what Kubernetes takes`, () => {
    assert.equal(readManifests(path).flatMap(findSchemaFaults), []);
  });
}

for (const path of kustomizations) {
  deploy(`${path} names resources that are there, and its patches fit`, () => {
    const { resources, patches = [] } = parse(readFileSync(path, 'utf8')) as Kustomization;
    for (const resource of resources) {
      const full = join(dirname(path), resource);
      assert.ok(paths.includes(full) || kustomizations.includes(join(full, 'kustomization.yaml')), full);
    }
    const installer = one('deploy/installer/installer.yaml', 'DaemonSet');
    for (const { patch } of patches) {
      for (const { path } of parse(patch) as { path: string }[]) {
        const keys = path.split('/').slice(1);
        const value = keys.reduce((at: unknown, key) => (at as Record<string, unknown>)[key], installer);
        assert.is(value, 'install', path);
      }
    }
  });
}

deploy('installs under the handler that the RuntimeClass names, which the demo asks for', () => {
  const [installer] = templateOf(one('deploy/installer/installer.yaml', 'DaemonSet')).initContainers ?? [];
  const [action, ...args] = installer?.args ?? [];
  assert.is(action, 'install');
  const runtimeClass = one('deploy/runtime-class.yaml', 'RuntimeClass');
  assert.is(parseArguments(args).handler, runtimeClass['handler']);
  const demo = templateOf(one('deploy/demo/workload.yaml', 'Deployment'));
  assert.is(demo.runtimeClassName, nameOf(runtimeClass));
});

deploy('names the class and archives for runtime-class-manager as they are elsewhere', () => {
  const { runtimeClass, fetchStrategy } = one('deploy/shim.yaml', 'Shim')['spec'] as {
    runtimeClass: { name: string; handler: string };
    fetchStrategy: { platforms: { arch: string; location: string }[] };
  };
  assert.is(runtimeClass.name, nameOf(one('deploy/runtime-class.yaml', 'RuntimeClass')));
  // It calls the handler what the executable is called behind `containerd-shim-`.
  assert.is(runtimeClass.handler, 'spin-v2');
  for (const { arch, location } of fetchStrategy.platforms) {
    assert.ok(location.endsWith(`/containerd-shim-spin-v2-linux-${arch}.tar.gz`), location);
  }
});
deploy.run();
