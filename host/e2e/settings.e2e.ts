// What an operator sets in the environment of a container, where the shim or the worker makes something of it: which components run, what
// guests see, what variables are.
import { readFile } from 'node:fs/promises';
import * as assert from 'uvu/assert';
import { TEST_APP } from '../testing/app.ts';
import { onEachRelease } from '../testing/each-release.ts';
import { importFiles } from '../testing/images.ts';
import { findFreePort, request, untilAnswer } from '../testing/network.ts';

const files = {
  'hello.wasm': await readFile(`${TEST_APP}/hello.wasm`),
  'spin.toml': `spin_manifest_version = 2
application.name = "settings"
[variables]
api_host = { required = true }
[[trigger.http]]
route = "/..."
component = "any"
[[trigger.http]]
route = "/environment"
component = "one"
[component.any]
source = "hello.wasm"
environment = { WHO = "any", SET = "by the manifest" }
allowed_outbound_hosts = ["http://{{ api_host }}:1"]
[component.one]
source = "hello.wasm"
environment = { WHO = "one" }
`,
};

await onEachRelease('settings', (test) => {
  test('of an app are those of its container', async (containerd) => {
    const image = await importFiles(containerd, 'settings', files);
    const address = `127.0.0.1:${await findFreePort()}`;
    const environment = [`SPIN_HTTP_LISTEN_ADDR=${address}`, 'SPIN_ENV_SET=by the pod', 'SECRET=1'];
    const variables = ['SPIN_VARIABLE_API_HOST=localhost', 'API_HOST=127.0.0.1'];
    const retain = 'SPIN_COMPONENTS_TO_RETAIN=any,';
    await containerd.run('app', image, {
      flags: ['--net-host'],
      environment: [...environment, ...variables, retain],
    });
    const url = `http://${address}`;
    assert.is((await untilAnswer(`${url}/environment`)).body, 'WHO: any\nSET: by the pod\n');
    const codeOf = async (target: string) => (await request(`${url}/fetch?${target}`)).headers['x-error-code'];
    assert.is(await codeOf('http://127.0.0.1:1/'), '6', 'connection-refused');
    assert.is(await codeOf('http://localhost:1/'), '15', 'HTTP-request-denied');
  });

  test('that make no sense keep an app from starting, and are named', async (containerd) => {
    const image = await importFiles(containerd, 'settings', files);
    const run = (setting: string) =>
      containerd.tryCtr(
        containerd.runArguments('broken', image, { flags: ['--rm', '--net-host'], environment: [setting] }),
      );
    const unknown = await run('SPIN_COMPONENTS_TO_RETAIN=any,two');
    assert.is(unknown.code, 1);
    assert.match(
      unknown.stderr,
      'SPIN_COMPONENTS_TO_RETAIN: specified component "two" not found in application (use some of: any, one)',
    );
    const missing = await run('SPIN_COMPONENTS_TO_RETAIN=any');
    assert.is(missing.code, 137);
    assert.match(missing.stderr, 'no provider resolved required variable(s): ["api_host"]');
  });
});
