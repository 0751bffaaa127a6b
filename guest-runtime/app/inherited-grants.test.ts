import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ComponentPlan, Grant } from '../../host/gen/runtime.ts';
import { inheritGrants } from './inherited-grants.ts';
import { createPlanWithoutGrants } from './no-grants.ts';

const inherit = suite('inheritGrants');

const none = createPlanWithoutGrants('parent');
const parent: ComponentPlan = {
  ...none,
  description: 'not a grant',
  environment: [['A', '1']],
  variables: [['v', [{ tag: 'literal', val: 'x' }]]],
  files: [{ source: 'f', destination: '/f' }],
  assets: [{ path: 'a', content: { tag: 'inline', val: new Uint8Array([1]) } }],
  allowedOutboundHosts: [{ tag: 'template', val: [] }],
  keyValueStores: ['default'],
  sqliteDatabases: ['data'],
  aiModels: ['m'],
};

const cases: [grant: Grant, fields: (keyof ComponentPlan)[]][] = [
  ['ai-models', ['aiModels']],
  ['allowed-outbound-hosts', ['allowedOutboundHosts']],
  ['environment', ['environment']],
  ['files', ['files', 'assets']],
  ['key-value-stores', ['keyValueStores']],
  ['sqlite-databases', ['sqliteDatabases']],
  ['variables', ['variables']],
];
for (const [grant, fields] of cases) {
  inherit(`gives ${grant} and nothing else`, () => {
    const plan = inheritGrants(parent, [grant]);
    const inherited = Object.fromEntries(fields.map((field) => [field, parent[field]]));
    assert.equal(plan, { ...none, ...inherited });
  });
}

inherit('gives nothing for nothing, and all for all', () => {
  assert.equal(inheritGrants(parent, []), none);
  const all = inheritGrants(
    parent,
    cases.map(([grant]) => grant),
  );
  assert.equal(all, { ...parent, description: '' });
});

inherit.run();
