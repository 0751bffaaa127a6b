import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { thrownBy } from '../wasi/testing/thrown.ts';
import { createAppPlan, createComponentPlan } from '../worker/testing/prepared-app.ts';
import { createFactorContext } from './testing/context.ts';
import { ungranted } from './ungranted.ts';

async function prepare(grants = {}) {
  const warnings: string[] = [];
  const component = createComponentPlan('c', grants);
  const context = createFactorContext(createAppPlan([component], []), { warn: (line) => warnings.push(line) });
  const { shared } = await (await ungranted.configure(context)).prepare(component);
  return { shared, warnings };
}

const factor = suite('ungranted');

factor('offers what SDKs import, and lets nobody open any of it', async () => {
  const { shared, warnings } = await prepare();
  for (const [name, offered] of Object.entries(shared)) {
    const { open } = (offered['Store'] ?? offered['Connection'] ?? offered) as { open?: () => never };
    if (open !== undefined) assert.type((thrownBy(open) as { tag: string }).tag, 'string', name);
  }
  assert.equal(thrownBy((shared['wasi:keyvalue/store@0.2.0-draft2'] as { open: () => never }).open), {
    tag: 'access-denied',
  });
  assert.equal(warnings, []);
});

factor('refuses every call of Spin 1, which names its server each time', async () => {
  const { shared } = await prepare();
  for (const [name, error] of [
    ['redis', 'error'],
    ['mysql', { tag: 'connection-failed', val: 'the address is not permitted' }],
    ['postgres', { tag: 'connection-failed', val: 'the address is not permitted' }],
  ] as const) {
    const functions = Object.values(shared[`fermyon:spin/${name}`] ?? {}) as (() => never)[];
    assert.ok(functions.length > 1);
    for (const call of functions) assert.equal(thrownBy(call), error);
  }
});

factor('warns the operator of a grant that leads nowhere', async () => {
  const { warnings } = await prepare({ aiModels: ['llama'] });
  assert.is(warnings.length, 1);
  assert.match(warnings.join(), /^Warning: component "c" is granted AI models/);
});

factor.run();
