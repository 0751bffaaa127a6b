// A Spin app through the shim, as an operator meets it with ctr: it runs, answers, logs, is measured, stopped and deleted.
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { runApp, TEST_APP } from '../testing/app.ts';
import { onEachRelease } from '../testing/each-release.ts';
import { importApp, writeRootfs } from '../testing/images.ts';
import { findFreePort, request, requestInside, untilAnswer } from '../testing/network.ts';
import { until } from '../testing/until.ts';

await onEachRelease('spin app', (test) => {
  test('answers over HTTP', async (containerd) => {
    const url = await runApp(containerd, 'app');
    const answer = await request(`${url}/hello`);
    assert.is(answer.status, 200);
    assert.is(answer.body, 'Hello from C!\n');
    assert.is((await containerd.tasks()).get('app')?.state, 'RUNNING');
  });

  test('writes its routes, and what the guest prints, to the log', async (containerd) => {
    const url = await runApp(containerd, 'app');
    await request(`${url}/print`);
    const log = await until('the guest has printed', async () => {
      const text = await containerd.log('app');
      return text.includes('stderr') && text;
    });
    assert.match(log, 'Available Routes:');
    assert.match(log, `hello: ${url} (wildcard)`);
  });

  test('listens on port 80 inside its own network namespace by default', async (containerd) => {
    await containerd.run('app', await importApp(containerd, TEST_APP));
    const pid = (await containerd.tasks()).get('app')?.pid ?? 0;
    const answer = await until('the app answers', () => requestInside(pid, 'http://127.0.0.1/hello'));
    assert.is(answer.body, 'Hello from C!\n');
  });

  test('reports memory, CPU time and processes', async (containerd) => {
    await runApp(containerd, 'app');
    const metrics = await containerd.ctr(['tasks', 'metrics', '--format', 'json', containerd.id('app')]);
    // Two formats, by the machine's cgroup version; both have a total under `memory.usage`.
    const { memory, cpu, pids } = JSON.parse(metrics);
    const bytes = Number(memory.usage.usage ?? memory.usage);
    assert.ok(Number(cpu.usage?.total ?? cpu.usage_usec) > 0);
    assert.ok(Number(pids.current) > 1);
    assert.ok(bytes > 2 ** 20 && bytes < 2 ** 30, `memory usage of ${bytes} bytes: ${metrics}`);
  });

  test('exits with 0 on SIGTERM', async (containerd) => {
    await runApp(containerd, 'app');
    await containerd.ctr(['tasks', 'kill', '--signal', 'SIGTERM', containerd.id('app')]);
    await containerd.untilStopped('app');
    assert.not.match((await containerd.delete('app')).stderr, 'non-zero');
  });

  test('finishes the request in flight on SIGTERM, and takes no other', async (containerd) => {
    const url = await runApp(containerd, 'app');
    const slow = request(`${url}/sleep/1000`);
    await until('the request is in flight', async () => (await request(`${url}/hello`)).status === 200);
    await containerd.ctr(['tasks', 'kill', '--signal', 'SIGTERM', containerd.id('app')]);
    assert.is((await slow).status, 200);
    await containerd.untilStopped('app');
    assert.not.match((await containerd.delete('app')).stderr, 'non-zero');
  });

  test('exits with 137 on SIGKILL', async (containerd) => {
    await runApp(containerd, 'app');
    await containerd.ctr(['tasks', 'kill', '--signal', 'SIGKILL', containerd.id('app')]);
    await containerd.untilStopped('app');
    assert.match((await containerd.delete('app')).stderr, 'non-zero exit code 137');
  });

  test('leaves a second app beside it alone', async (containerd) => {
    const first = await runApp(containerd, 'first');
    const second = await runApp(containerd, 'second');
    await containerd.remove('first');
    assert.is((await request(`${second}/hello`)).status, 200);
    await request(`${first}/hello`).then(
      () => assert.unreachable('the first app still answers'),
      () => {},
    );
  });

  test('runs read-only, without capabilities, as another user', async (containerd) => {
    const rootfs = join(containerd.directory, 'rootfs');
    await writeRootfs(TEST_APP, rootfs);
    const address = `127.0.0.1:${await findFreePort()}`;
    await containerd.runSpec('app', (spec) => ({
      ...spec,
      root: { path: rootfs, readonly: true },
      process: {
        ...spec.process,
        user: { uid: 65_534, gid: 65_534 },
        capabilities: {},
        noNewPrivileges: true,
        args: ['/'],
        env: [`SPIN_HTTP_LISTEN_ADDR=${address}`],
      },
      linux: { ...spec.linux, namespaces: spec.linux?.namespaces?.filter(({ type }) => type !== 'network') ?? [] },
    }));
    const url = `http://${address}`;
    await untilAnswer(`${url}/hello`);
    assert.is((await request(`${url}/hello`)).body, 'Hello from C!\n');
  });
});
