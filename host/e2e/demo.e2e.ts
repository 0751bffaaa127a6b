// `make run` as a person sees it: the answer, and nothing left when it ends.
import { globSync } from 'node:fs';
import { createServer } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runCommand, startCommand } from '../testing/command.ts';
import { closeOnSignal, requireRoot } from '../testing/each-release.ts';
import { findProcesses } from '../testing/leftovers.ts';
import { findFreePort, request } from '../testing/network.ts';
import { until } from '../testing/until.ts';

const PROGRAM = ['--disable-warning=ExperimentalWarning', 'host/demo/main.ts'];

requireRoot();
closeOnSignal();

const demo = suite('make run');

demo('with ONCE=1 shows the answer and exits with 0', async () => {
  const environment = { ONCE: '1', PORT: String(await findFreePort()), APP: '' };
  const { code, stdout } = await runCommand(process.execPath, PROGRAM, { environment });
  assert.is(code, 0);
  assert.match(stdout, 'HTTP 200');
  assert.match(stdout, 'Hello from C!');
});

demo('serves until it is interrupted, and leaves nothing', async () => {
  const port = await findFreePort();
  const { child, written, ended } = startCommand(process.execPath, PROGRAM, {
    environment: { ONCE: '', PORT: String(port), APP: '' },
  });
  await until('the demo is up', () => written().includes('Ctrl-C ends it'), 60_000);
  assert.is((await request(`http://127.0.0.1:${port}/hello`)).status, 200);
  child.kill('SIGINT');
  assert.is((await ended).code, 0);
  const mark = `demo-${child.pid}`;
  assert.equal(await findProcesses(mark), []);
  assert.equal(globSync([`run/${mark}`, `/sys/fs/cgroup/*/${mark}`, `/sys/fs/cgroup/${mark}`]), []);
});

demo('names the port that is taken, and another', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await until('the port is taken', () => other.listening);
  const { port } = other.address() as { port: number };
  const { code, stderr } = await runCommand(process.execPath, PROGRAM, {
    environment: { PORT: String(port), APP: '' },
  });
  other.close();
  assert.is(code, 1);
  assert.match(stderr, `port ${port} is taken: choose another, as in \`make run PORT=${port + 1}\``);
});

demo.run();
