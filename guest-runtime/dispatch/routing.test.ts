// Which route a path takes when the plan of the guest runtime is tried by the host's matcher: Spin's rules, seen from outside. Planned by the
// sources and by the component that they are compiled to.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Deciders, openCompiled } from '../../host/plan/testing/compiled.ts';
import { findRoute } from '../../host/trigger/http/route.ts';
import { planApp } from '../app/plan.ts';

/** For each list of routes: paths, the route each takes (null: none), and what its variable parts stand for. */
const tables: [routes: string[], paths: [path: string, route: string | null, captured?: string][]][] = [
  [
    ['/...'],
    [
      ['/', '/...', '*='],
      ['/a/b', '/...', '*=a/b'],
      ['/a/', '/...', '*=a'],
      ['/%2f', '/...', '*=%2f'],
    ],
  ],
  [
    ['/foo/...'],
    [
      ['/foo', '/foo/...', '*='],
      ['/foo/', '/foo/...', '*='],
      ['/foo//a', '/foo/...', '*=a'],
      ['//foo/a/b', '/foo/...', '*=a/b'],
      ['/foobar', null],
      ['/', null],
    ],
  ],
  [
    ['/foo'],
    [
      ['/foo', '/foo'],
      ['/foo/', '/foo'],
      ['//foo', '/foo'],
      ['/Foo', null],
      ['/foo/a', null],
      ['/f%6fo', null],
    ],
  ],
  [
    ['/', '/foo'],
    [
      ['/', '/'],
      ['//', '/'],
      ['/foo', '/foo'],
    ],
  ],
  [
    ['/:a', '/:a/:b', '/users/:id', '/users/...', '/users'],
    [
      ['/x', '/:a', 'a=x'],
      ['/users', '/users'],
      ['/users/7', '/users/:id', 'id=7'],
      ['/users/7/8', '/users/...', '*=7/8'],
      ['/x/y', '/:a/:b', 'a=x,b=y'],
      ['/x/y/z', null],
    ],
  ],
  [
    ['/:x/bar', '/foo/...'],
    [
      ['/foo/bar', '/foo/...', '*=bar'],
      ['/a/bar', '/:x/bar', 'x=a'],
    ],
  ],
  [
    ['/:name.:ext', '/:name', '/file.:ext'],
    [
      ['/a.txt', '/:name.:ext', 'name=a,ext=txt'],
      ['/file.txt', '/file.:ext', 'ext=txt'],
      ['/a', '/:name', 'name=a'],
      ['/a.b.c', '/:name.:ext', 'name=a,ext=b.c'],
    ],
  ],
  [
    ['/a/.hidden', '/a/:x'],
    [
      ['/a/.hidden', '/a/:x', 'x=.hidden'],
      ['/a.hidden', null],
    ],
  ],
];

/** Plans an app with these routes; gives them in the order of the plan. */
function planRoutes(plan: Deciders['planApp'], routes: readonly string[]) {
  const triggers = routes.map((route) => `[[trigger.http]]\nroute = "${route}"\nstatic_response = {}\n`).join('');
  const text = `spin_manifest_version = 2\napplication = { name = "app" }\n${triggers}`;
  const planned = plan({ tag: 'manifest', val: { name: 'f', text } }, { retain: [] });
  if (Array.isArray(planned)) throw new Error(JSON.stringify(planned));
  return planned.triggers.flatMap(({ val }) => val.routes);
}

const compiled = await openCompiled();
const planned = {
  routing: tables.map(([routes]) => planRoutes(planApp, routes)),
  'routing in the compiled component': tables.map(([routes]) => planRoutes(compiled.planApp, routes)),
};

for (const [name, plans] of Object.entries(planned)) {
  const routing = suite(name);
  for (const [index, [routes, paths]] of tables.entries()) {
    for (const [path, route, captured = ''] of paths) {
      routing(`${path} takes ${route} of ${routes.join(', ')}`, () => {
        const found = findRoute(plans[index] ?? [], path);
        assert.is(found?.route.rawRoute ?? null, route);
        const parts = found?.match.params.map(([name, value]) => `${name}=${value}`) ?? [];
        if (found?.match.wildcard !== undefined) parts.push(`*=${found.match.wildcard}`);
        assert.is(parts.join(), captured);
      });
    }
  }
  routing.run();
}
