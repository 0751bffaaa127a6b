import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findSchemaFaults, type Manifest } from './kubernetes.ts';

const pod = (container: object): Manifest => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  spec: {
    selector: { matchLabels: { a: 'b' } },
    template: { metadata: { labels: { a: 'b' } }, spec: { containers: [container] } },
  },
});
const container = { name: 'one', image: 'image', ports: [{ containerPort: 80 }] };
const PATH = 'DaemonSet.spec.template.spec.containers[0]';

const faults = suite('findSchemaFaults');
faults('finds none in what Kubernetes takes', () => {
  assert.equal(findSchemaFaults(pod(container)), []);
  assert.equal(findSchemaFaults(pod({ ...container, livenessProbe: { httpGet: { port: 'http' } } })), []);
});
for (const [wrong, message] of [
  [{ ...container, priviledged: true }, `${PATH} has an unknown field priviledged`],
  [{ image: 'image' }, `${PATH} has no name`],
  [{ ...container, image: 3 }, `${PATH}.image is no string or `],
  [{ ...container, ports: [{ containerPort: '80' }] }, `${PATH}.ports[0].containerPort is no integer`],
  [{ ...container, ports: {} }, `${PATH}.ports is no array or `],
] as const) {
  faults(`finds that ${message}`, () => {
    const [first = '', ...more] = findSchemaFaults(pod(wrong));
    assert.ok(first.startsWith(message), first);
    assert.equal(more, []);
  });
}
faults('does not guess about kinds that it has no schema of', () => {
  assert.throws(() => findSchemaFaults({ apiVersion: 'v2', kind: 'Service' }), /no schema/);
});
faults.run();
