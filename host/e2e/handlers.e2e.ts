// One app with a component for each export that can handle a request: each answers a client, and the other components of the app.
import { readFile } from 'node:fs/promises';
import * as assert from 'uvu/assert';
import { onEachRelease } from '../testing/each-release.ts';
import { importFiles } from '../testing/images.ts';
import { findFreePort, request, untilAnswer } from '../testing/network.ts';

/** By component id: its file among the test apps, a path and what is answered there, and what the manifest says beside the route. */
const handlers: readonly (readonly [id: string, file: string, path: string, body: RegExp, more?: string])[] = [
  ['current', 'hello-wat/hello.wasm', '/current', /./],
  ['october', 'hello-rust-2023/hello.wasm', '/hello/you', /^Hello, you!\n$/],
  ['november', 'hello-c-2023/hello.wasm', '/november', /^Hello from C of 2023!\n$/],
  ['spin-one-component', 'spin-1-c/hello.wasm', '/spin?a=b', /^method: get\nuri: \/spin\?a=b\n/],
  ['spin-one-module', 'spin-1-c/module.wasm', '/one?a=b', /^method: get\nuri: \/one\?a=b\n/],
  ['program', 'wagi-c/component.wasm', '/program?a=b', /^QUERY_STRING: a=b$/m, 'executor = { type = "wagi" }'],
  ['module', 'wagi-c/module.wasm', '/module?a=b', /^argument: a=b$/m, 'executor = { type = "wagi" }'],
];

const manifest = `spin_manifest_version = 2
application = { name = "handlers" }

[[trigger.http]]
route = "/front"
component = "front"

[component.front]
source = "front.wasm"
allowed_outbound_hosts = ["http://*.spin.internal"]
${handlers
  .map(
    ([id, , path, , more = '']) => `
[[trigger.http]]
route = "${path.replace(/\?.*/, '')}"
component = "${id}"
${more}

[component.${id}]
source = "${id}.wasm"
`,
  )
  .join('')}`;

async function readFiles(): Promise<Record<string, string | Uint8Array>> {
  const read = (file: string) => readFile(`fixtures/apps/${file}`);
  const wasm = handlers.map(async ([id, file]) => [`${id}.wasm`, await read(file)]);
  return {
    'spin.toml': manifest,
    'front.wasm': await read('routes/who.wasm'),
    ...Object.fromEntries(await Promise.all(wasm)),
  };
}

await onEachRelease('an app with every kind of handler', (test) => {
  test('answers through each, and reaches each from another component', async (containerd) => {
    const image = await importFiles(containerd, 'handlers', await readFiles());
    const address = `127.0.0.1:${await findFreePort()}`;
    await containerd.run('app', image, { flags: ['--net-host'], environment: [`SPIN_HTTP_LISTEN_ADDR=${address}`] });
    await untilAnswer(`http://${address}/.well-known/spin/health`);
    for (const [id, , path, body] of handlers) {
      const urls = [`http://${address}${path}`, `http://${address}/front?http://${id}.spin.internal${path}`];
      for (const url of urls) {
        const answer = await request(url);
        assert.is(answer.status, 200, `${url}: ${await containerd.log('app')}`);
        assert.match(answer.body, body, url);
      }
    }
  });
});
