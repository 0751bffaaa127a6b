// Files as a real component sees them, and mounts that cannot be made.

import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { exchange, requestText } from '../trigger/http/testing/raw-connection.ts';
import { createAppPlan, createComponentPlan, createRoute, readComponent } from '../worker/testing/prepared-app.ts';
import { startTestWorker } from '../worker/testing/running-worker.ts';

const server = await readComponent('static-files/server.wasm');
const root = await mkdtemp(join(tmpdir(), 'root-'));
await mkdir(join(root, 'assets/sub'), { recursive: true });
await writeFile(join(root, 'assets/index.html'), '<h1>hello</h1>');
await writeFile(join(root, 'assets/sub/big.txt'), 'x'.repeat(300_000));
await writeFile(join(root, 'secret'), 'secret');
await symlink('../secret', join(root, 'assets/escape'));

function start(source: string, engine: 'link' | 'jco' = 'link') {
  const location = { file: '/spin.toml', line: 7, column: 3 };
  const component = createComponentPlan('server', { files: [{ source, destination: '/', location }] });
  const plan = createAppPlan([component], [createRoute('server')]);
  return startTestWorker(plan, { server }, { engine, root });
}

const files = suite('files of a component');

for (const engine of ['link', 'jco'] as const) {
  files(`are served by a component under the ${engine} engine, and nothing beside them`, async () => {
    const worker = await start('assets', engine);
    const get = (path: string) => exchange(worker.port, requestText('GET', path));
    assert.is((await get('/index.html')).body, '<h1>hello</h1>');
    assert.is((await get('/sub/big.txt')).body.length, 300_000);
    for (const path of ['/escape', '/../secret', '/sub/../../secret', '/nowhere']) {
      const { status, body } = await get(path);
      assert.ok(status >= 400, `${path} ${status}`);
      assert.not.match(body, 'secret');
    }
    await worker.stop();
  });
}

for (const [source, reason] of [
  ['nowhere', 'is not there'],
  ['secret', 'is not a directory'],
] as const) {
  files(`that are no directory stop the start, with their place: ${source}`, async () => {
    const message = await start(source).then(
      () => 'none',
      (error: Error) => error.message,
    );
    assert.is(message, `component "server": the files "${source}" cannot be mounted: it ${reason} (/spin.toml:7:3)`);
  });
}

files.after(() => rm(root, { recursive: true }));
files.run();
