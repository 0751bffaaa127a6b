import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { DependencyPlan, Inheritance } from '../gen/runtime.ts';
import { prepareHosts } from './dependency-host.ts';
import { createComponentPlan } from './testing/prepared-app.ts';

const hosts = suite('prepareHosts');

const dependencyOf = (inherit: Inheritance): DependencyPlan => ({
  name: 'd',
  imports: { tag: 'plain', val: 'd' },
  source: { tag: 'path', val: 'd.wasm' },
  inherit,
});

/** Prepares hosts of a component with two stores and these dependencies, and notes what happens to them. */
async function prepare(dependencies: readonly Inheritance[]) {
  const events: string[] = [];
  const plan = createComponentPlan('c', {
    keyValueStores: ['a', 'b'],
    aiModels: ['m'],
    dependencies: dependencies.map(dependencyOf),
  });
  const createHost = await prepareHosts(plan, async ({ keyValueStores, aiModels }) => {
    const granted = [...keyValueStores, ...aiModels].join('');
    return () => ({
      imports: { 'x:y/z': { granted } },
      provide: () => void events.push(`provide ${granted}`),
      own: () => void events.push(`own ${granted}`),
      release: () => void events.push(`release ${granted}`),
    });
  });
  return { host: createHost(), events };
}

hosts('grants the component all, and each dependency what it inherits', async () => {
  const { host } = await prepare([
    { tag: 'all' },
    { tag: 'some', val: ['key-value-stores'] },
    { tag: 'some', val: [] },
  ]);
  assert.equal(host.imports, { 'x:y/z': { granted: 'abm' } });
  assert.equal(
    [...(host.dependencies ?? [])],
    [
      [1, { 'x:y/z': { granted: 'ab' } }],
      [2, { 'x:y/z': { granted: '' } }],
    ],
  );
});

hosts('has nothing more where every dependency inherits all', async () => {
  assert.is((await prepare([{ tag: 'all' }])).host.dependencies, undefined);
});

hosts('begins and ends them together', async () => {
  const { host, events } = await prepare([{ tag: 'some', val: ['ai-models'] }]);
  host.provide?.({} as Parameters<NonNullable<typeof host.provide>>[0]);
  host.own?.({});
  host.release();
  assert.equal(events, ['provide abm', 'provide m', 'own abm', 'own m', 'release abm', 'release m']);
});

hosts.run();
