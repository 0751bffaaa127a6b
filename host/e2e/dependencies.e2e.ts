// Components that others of the app, or files beside it, are linked to as the manifest says.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildFirstComponent } from '../build/first-component.ts';
import { findApp } from '../build/fixture/app.ts';
import { onApp } from '../testing/on-app.ts';
import { serveApp } from '../testing/served-app.ts';
import { until } from '../testing/until.ts';

onApp('composed', {}, (test) => {
  test('calls its dependency, and holds resources that it defines', async (app) => {
    assert.is((await app.request('/World')).body, 'Hello, World! (greeted 2 times)\n');
  });

  test('gives each request a dependency of its own, and puts it back behind it', async (app) => {
    const answers = await Promise.all(['a', 'b', 'c'].map((name) => app.request(`/${name}`)));
    assert.equal(
      answers.map(({ body }) => body),
      ['a', 'b', 'c'].map((name) => `Hello, ${name}! (greeted 2 times)\n`),
    );
  });
});

onApp('dependencies', {}, (test) => {
  const cases: [route: string, dependency: string][] = [
    ['all', 'the component'],
    ['some', 'the component'],
    ['other', 'nothing'],
    ['none', 'nothing'],
  ];
  for (const [route, dependency] of cases) {
    test(`share ${route} of their component's grants`, async (app) => {
      const { body } = await app.request(`/${route}/WHO`);
      assert.is(body, `own: the component, dependency: ${dependency}\n`);
    });
  }

  test('use what their component lends them, whatever they are granted themselves', async (app) => {
    await app.request('/none/WHO');
    await until('the line is in the log', () => app.log().includes("the dependency writes to its caller's stream"));
  });
});

const offered = suite('an interface of the guest runtime');

offered('is there for components, where no dependency and no host has it', async () => {
  const runtimeComponent = await buildFirstComponent();
  await using app = await serveApp(findApp('unknown-import') ?? '', {}, 'any', undefined, runtimeComponent);
  assert.equal([(await app.request('/')).body, (await app.request('/')).body], ['42', '42']);
});
offered.run();
