import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ComponentInstance, Engine, InstanceHost, Isolation, PreparedComponent } from '../engine/engine.ts';
import type { PreparedApp } from '../plan/prepared-app.ts';
import { loadComponents } from './components.ts';
import { createAppPlan, createComponentPlan } from './testing/prepared-app.ts';

const HANDLER = 'wasi:http/incoming-handler@0.2.3';

/** An engine that loads components with the imports that the key names, and counts. */
function createLoader(offered: readonly string[], isolation: Isolation = { method: 'exact', obstacle: null }) {
  const loaded: string[] = [];
  const lines: string[] = [];
  let released = 0;
  const load: Engine['load'] = async (directory, onIsolation): Promise<PreparedComponent> => {
    loaded.push(directory);
    onIsolation?.(isolation);
    if (directory.endsWith('broken')) throw new Error('no magic number');
    const imports = directory.slice(directory.lastIndexOf('/') + 1).split('+');
    const instantiate = () => Promise.reject(new Error('not here'));
    return { imports, exports: [HANDLER], inUse: 0, running: undefined, instantiate };
  };
  const createHost = (): InstanceHost => ({
    imports: Object.fromEntries(offered.map((name) => [name, {}])),
    release: () => {
      released++;
    },
  });
  return {
    loaded,
    released: () => released,
    createEngine: async (name: Engine['name']): Promise<Engine> => ({ name, load }),
    directory: '',
    prepareHost: async () => createHost,
    lines,
    log: (line: string) => void lines.push(line),
  };
}

function createApp(keys: Readonly<Record<string, string>>, handler: string | null = HANDLER): PreparedApp {
  const plan = createAppPlan(
    Object.keys(keys).map((id) => createComponentPlan(id)),
    [],
  );
  const components = Object.entries(keys).map(([id, key]) => ({ id, key, engine: 'link' as const, handler }));
  return { plan, components, files: [], runtime: null };
}

async function messageOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'none',
    (error: Error) => error.message,
  );
}

const components = suite('loadComponents');

components('knows no interface of a name that every object has', async () => {
  const message = await messageOf(loadComponents(createApp({ a: 'constructor' }), createLoader([])));
  assert.is(message, 'component "a" imports "constructor", which this host does not offer');
});

components('takes any compatible version of an interface', async () => {
  const loader = createLoader(['wasi:io@0.2', 'spin:x@2']);
  const found = await loadComponents(createApp({ a: 'wasi:io@0.2.0+wasi:io@0.2.12+spin:x@2.1.0' }), loader);
  assert.equal(
    found.map(({ id, handler }) => [id, handler]),
    [['a', HANDLER]],
  );
});

components('names the component and every interface that nothing offers', async () => {
  const loader = createLoader(['a:a@1']);
  const message = await messageOf(loadComponents(createApp({ one: 'a:a@1.0.0+b:b@1.0.0+a:a@2.0.0' }), loader));
  assert.is(message, 'component "one" imports "b:b@1.0.0", "a:a@2.0.0", which this host does not offer');
});

components('names each of the components that lack something', async () => {
  const message = await messageOf(loadComponents(createApp({ one: 'b:b@1.0.0', two: 'c:c@1.0.0' }), createLoader([])));
  assert.equal(message.split('\n'), [
    'component "one" imports "b:b@1.0.0", which this host does not offer',
    'component "two" imports "c:c@1.0.0", which this host does not offer',
  ]);
});

components('opens nothing that it does not release', async () => {
  const loader = createLoader(['a:a@1']);
  await loadComponents(createApp({ one: 'a:a@1.0.0' }), loader);
  assert.is(loader.released(), 1);
});

components('loads a component for each id that it is used under, since instances keep their host', async () => {
  const loader = createLoader(['a:a@1']);
  const found = await loadComponents(createApp({ one: 'a:a@1.0.0', two: 'a:a@1.0.0' }), loader);
  assert.is(found.length, 2);
  assert.is(loader.loaded.length, 2);
});

components('loads none that serves no trigger', async () => {
  const loader = createLoader([]);
  assert.is((await loadComponents(createApp({ one: 'a:a@1.0.0' }, null), loader)).length, 0);
  assert.is(loader.loaded.length, 0);
});

components('names the component that does not compile', async () => {
  const message = await messageOf(loadComponents(createApp({ one: 'broken' }), createLoader([])));
  assert.match(message, /^cannot load component "one": .*no magic number/);
});

const isolations: [isolation: Isolation, line: RegExp | null][] = [
  [{ method: 'exact', obstacle: null }, null],
  [{ method: 'copy', obstacle: 'of that' }, /^component "a": .* by copying all of its memory, because of that$/],
  [{ method: 'fresh', obstacle: 'of this' }, /^component "a": each request gets a new instance, because of this$/],
];
for (const [isolation, line] of isolations) {
  components(
    `says ${line === null ? 'nothing' : 'why'} where the method of isolation is ${isolation.method}`,
    async () => {
      const loader = createLoader(['a:a@1'], isolation);
      await loadComponents(createApp({ a: 'a:a@1.0.0' }), loader);
      assert.is(loader.lines.length, line === null ? 0 : 1);
      if (line !== null) assert.match(loader.lines[0] ?? '', line);
    },
  );
}

components('tells once of a component that cannot be instantiated, and never of one that could', async () => {
  const loader = createLoader(['wasi:io@0.2']);
  const outcomes = ['trap', 'trap', '', 'trap'];
  const told: string[] = [];
  const onUnusable = (id: string, error: unknown) => void told.push(`${id}: ${error}`);
  const instantiate = () => {
    const outcome = outcomes.shift();
    return outcome === '' ? Promise.resolve({} as ComponentInstance) : Promise.reject(new Error(outcome));
  };
  const createEngine = async (name: Engine['name']): Promise<Engine> => ({
    name,
    load: async (directory) => ({ ...(await (await loader.createEngine(name)).load(directory)), instantiate }),
  });
  const load = async () =>
    (await loadComponents(createApp({ a: 'wasi:io@0.2.0' }), { ...loader, createEngine, onUnusable }))[0];
  const [first, second] = [await load(), await load()];
  for (const component of [first, first, second, second]) {
    await Promise.try(() => component?.instantiate()).catch(() => {});
  }
  assert.equal(told, ['a: Error: trap']);
  assert.equal(outcomes, []);
});

components.run();
