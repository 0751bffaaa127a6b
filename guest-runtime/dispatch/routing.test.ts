// Which route a path takes when the plan of the guest runtime is tried by the host's matcher: Spin's rules, seen from outside.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findRoute } from '../../host/trigger/http/route.ts';
import { planApp } from '../app/plan.ts';

const routing = suite('routing');

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

for (const [routes, paths] of tables) {
  const triggers = routes.map((route) => `[[trigger.http]]\nroute = "${route}"\nstatic_response = {}\n`).join('');
  const text = `spin_manifest_version = 2\napplication = { name = "app" }\n${triggers}`;
  const plan = planApp({ tag: 'manifest', val: { name: 'f', text } }, { retain: [] });
  if (Array.isArray(plan)) throw new Error(JSON.stringify(plan));
  const planned = plan.triggers.flatMap(({ val }) => val.routes);
  for (const [path, route, captured = ''] of paths) {
    routing(`${path} takes ${route} of ${routes.join(', ')}`, () => {
      const found = findRoute(planned, path);
      assert.is(found?.route.rawRoute ?? null, route);
      const parts = found?.match.params.map(([name, value]) => `${name}=${value}`) ?? [];
      if (found?.match.wildcard !== undefined) parts.push(`*=${found.match.wildcard}`);
      assert.is(parts.join(), captured);
    });
  }
}

routing.run();
