import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { AppPlan } from '../../host/gen/runtime.ts';
import { planApp } from './plan.ts';
import { retainComponents } from './retain.ts';

const retain = suite('retainComponents');

/** An app of components `a`, which may call `hosts`, `b` and `c`; `c` has no trigger. */
function createPlan(hosts: string[] = []): AppPlan {
  const text = `
spin_manifest_version = 2
application.name = "app"
[[trigger.http]]
route = "/a"
component = "a"
[[trigger.http]]
route = "/b"
component = "b"
[[trigger.http]]
route = "/static"
static_response = {}
[component.a]
source = "a.wasm"
allowed_outbound_hosts = ${JSON.stringify(hosts)}
[component.b]
source = "b.wasm"
[component.c]
source = "c.wasm"
`;
  const plan = planApp({ tag: 'manifest', val: { name: 'f', text } }, { retain: [] });
  if (Array.isArray(plan)) throw new Error(JSON.stringify(plan));
  return plan;
}

function describe(plan: ReturnType<typeof retainComponents>): unknown {
  if (Array.isArray(plan)) return plan.map(({ message }) => message);
  const routes = plan.triggers.flatMap(({ val }) => val.routes.map(({ rawRoute }) => rawRoute));
  return { components: plan.components.map(({ id }) => id), routes };
}

retain('keeps everything when nothing is named', () => {
  const plan = createPlan();
  assert.is(retainComponents(plan, [], 'f'), plan);
});

retain('keeps what is named and the triggers that name it', () => {
  assert.equal(describe(retainComponents(createPlan(), ['a'], 'f')), { components: ['a'], routes: ['/a'] });
  assert.equal(describe(retainComponents(createPlan(), ['b', 'a'], 'f')), {
    components: ['a', 'b'],
    routes: ['/a', '/b'],
  });
});

retain('drops a component that no trigger is left for', () => {
  assert.equal(describe(retainComponents(createPlan(), ['a', 'c'], 'f')), { components: ['a'], routes: ['/a'] });
});

retain('refuses ids that no component has', () => {
  assert.equal(describe(retainComponents(createPlan(), ['a', 'x', 'y'], 'f')), [
    'specified component "x" not found in application',
    'specified component "y" not found in application',
  ]);
});

retain('refuses to drop a component that a kept one may call', () => {
  assert.equal(retainComponents(createPlan(['http://b.spin.internal']), ['a'], 'f'), [
    {
      severity: 'error',
      file: 'f',
      field: 'SPIN_COMPONENTS_TO_RETAIN',
      message: 'component `a` may call `b.spin.internal`, which is not retained',
      fix: 'retain `b`, too',
    },
  ]);
});

retain('refuses a kept component that may call any other', () => {
  assert.equal(describe(retainComponents(createPlan(['http://*.spin.internal']), ['a', 'b'], 'f')), [
    'component `a` may call `c.spin.internal`, which is not retained',
  ]);
});

retain('lets kept components call each other, and outside hosts', () => {
  const hosts = ['http://a.spin.internal', 'https://example.com', '*://*:*'];
  assert.equal(describe(retainComponents(createPlan(hosts), ['a'], 'f')), { components: ['a'], routes: ['/a'] });
});

retain.run();
