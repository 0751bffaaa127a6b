import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { linkComponent } from '../../../../guest-runtime/link/linker.ts';
import { binaryFromWat } from '../../../../guest-runtime/link/testing/wat.ts';
import { ADDED } from '../rewrite/restorable-module.ts';
import { prepareModules } from './restore-plan.ts';

const SLOWEST_MS = 10_000;

const plans = suite('prepareModules');

plans('gives the size of a memory to those that import it, through however many others', async () => {
  const length = 20_000;
  const chain = Array.from(
    { length },
    (_, at) => `(core instance $i${at + 1} (instantiate $user (with "" (instance $i${at}))))`,
  );
  const bytes = await binaryFromWat(`(component
    (core module $owner (memory (export "m") 1))
    (core module $user (import "" "m" (memory 1)) (export "m" (memory 0)) (func (drop (memory.size))))
    (core instance $i0 (instantiate $owner))
    ${chain.join(' ')})`);
  const linked = linkComponent(bytes);
  const started = performance.now();
  const { plan, restore } = prepareModules(linked, [bytes]);
  assert.ok(performance.now() - started < SLOWEST_MS);
  assert.is(restore.obstacle, null);
  for (const index of [1, length]) {
    assert.equal(
      plan.coreInstances[index]?.imports.slice(1).map(({ item }) => item),
      [ADDED.size, ADDED.limit].map((name) => ({ tag: 'core-export', val: { instance: 0, name } })),
    );
  }
});

plans.run();
