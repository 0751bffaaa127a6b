// The command behind `make run`: one app, from an image in a private containerd to an answer over HTTP. Everything it starts or
// mounts is gone when it ends. Environment: APP (a folder of fixtures/apps), PORT, ONCE=1 to end after the first answer.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { findApp } from '../build/fixture/app.ts';
import { type Containerd, closeAll, openContainerd } from '../testing/containerd.ts';
import { importApp } from '../testing/images.ts';
import { untilAnswer } from '../testing/network.ts';

const { APP = '', PORT = '', ONCE = '' } = process.env;
const app = APP || 'hello-c';
const port = Number(PORT || 3000);
const address = `127.0.0.1:${port}`;
/** What an instance carries in the names of all that it makes, so that two demos do not meet. */
const directory = resolve(`run/demo-${process.pid}`);

const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** Resolves when a person or the system asks this process to end. */
const asked = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
});

try {
  await Promise.race([demonstrate(), asked]);
} catch (error) {
  process.stderr.write(`run: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
print('==> cleaning up');
await closeAll();

async function demonstrate(): Promise<void> {
  if (process.getuid?.() !== 0)
    throw new Error('not root: containerd and the OCI runtime need it; use `sudo make run`');
  await requireFreePort();
  const folder = findApp(app);
  if (folder === null)
    throw new Error(`no app fixtures/apps/${app}, or it cannot be built here; \`ls fixtures/apps\` lists them`);
  const startedMs = performance.now();
  const containerd = await openContainerd({ directory });
  print(`==> containerd ${containerd.release.version} runs in ${directory}`);
  const image = await importApp(containerd, folder);
  print(`==> image ${image} imported from ${folder}`);
  await runAndRequest(containerd, image);
  print(`==> all of this took ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
  if (ONCE !== '' && ONCE !== '0') return;
  print(`\nThe app is up. Try: curl -i http://${address}/`);
  print(`Or look at it:   ctr -a ${containerd.address} -n ${containerd.mark} tasks ls`);
  print('Ctrl-C ends it.');
  await asked;
}

async function runAndRequest(containerd: Containerd, image: string): Promise<void> {
  const environment = [`SPIN_HTTP_LISTEN_ADDR=${address}`];
  const command = containerd.runArguments('app', image, { flags: ['--detach', '--net-host'], environment });
  print(`==> ctr ${command.join(' ')}`);
  await containerd.run('app', image, { flags: ['--net-host'], environment });
  const { status, headers, body } = await untilAnswer(`http://${address}/`).catch(async (error: unknown) => {
    throw new Error(`${error}\n${await containerd.log('app')}`);
  });
  print(`==> GET http://${address}/\n`);
  print(
    [`HTTP ${status}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), '', body].join('\n'),
  );
}

async function requireFreePort(): Promise<void> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    throw new Error(`port ${port} is taken: choose another, as in \`make run PORT=${port + 1}\``);
  }
  server.close();
  await once(server, 'close');
}
