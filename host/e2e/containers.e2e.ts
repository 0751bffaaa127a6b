// Apps of every toolchain in containers of a real containerd: what a worker needs of its mounts, files and environment is there for
// small components and for large ones.
import * as assert from 'uvu/assert';
import { findApp } from '../build/fixture/app.ts';
import { onEachRelease } from '../testing/each-release.ts';
import { importApp } from '../testing/images.ts';
import { findFreePort, request, untilAnswer } from '../testing/network.ts';

const TOKEN = 'SPIN_VARIABLE_TOKEN=from the pod';

await onEachRelease('container', (test) => {
  for (const [name, path, answer, environment] of [
    ['hello-wat', '/', 'Hello from WAT!\n', []],
    ['hello-rust', '/file/note.txt', 'A file of the app\n', []],
    ['hello-go', '/environment', 'LANGUAGE=Go\n', []],
    ['hello-js', '/variable/token', 'from the pod', [TOKEN]],
    ['hello-python', '/environment', 'LANGUAGE=Python\n', []],
    ['static-files', '/deep/note.txt', 'deep down\n', []],
  ] as const) {
    const folder = findApp(name);
    if (folder === null) {
      process.stdout.write(`skipped: ${name} is not built on this machine (make fixtures says why)\n`);
      continue;
    }
    test(`of ${name} answers`, async (containerd) => {
      const address = `127.0.0.1:${await findFreePort()}`;
      const image = await importApp(containerd, folder);
      const variables = [`SPIN_HTTP_LISTEN_ADDR=${address}`, ...environment];
      await containerd.run('app', image, { flags: ['--net-host'], environment: variables });
      await untilAnswer(`http://${address}/.well-known/spin/health`);
      const { status, body } = await request(`http://${address}${path}`);
      assert.is(status, 200);
      assert.is(body, answer);
    });
  }
});
