import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Spec } from '../bundle/spec.ts';
import { mount } from '../ffi/mount.ts';
import type { CreateTaskRequest } from '../gen/containerd.task.v3.ts';
import { RealTasks } from '../testing/real-tasks.ts';
import { until } from '../testing/until.ts';
import { Code, statusFromError } from '../ttrpc/status.ts';
import { WORKER_THREADS } from '../worker/config.ts';

const app = join(import.meta.dirname, '../../fixtures/apps/hello-c');

/** The first id on the machine of a user namespace's 65,536. */
const MAPPED_ID = 100_000;

type Open = { tasks: RealTasks; address: string };

async function freeAddress(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return `127.0.0.1:${port}`;
}

const spin = suite<Open>('a Spin container');

spin.before.each(async (context) => {
  const tasks = await RealTasks.open('true');
  context.tasks = tasks;
  context.address = await freeAddress();
  // As in an image FROM scratch: nothing but the app.
  for (const name of readdirSync(tasks.bundle.image)) rmSync(join(tasks.bundle.image, name), { recursive: true });
  for (const name of ['spin.toml', 'hello.wasm']) copyFileSync(join(app, name), join(tasks.bundle.image, name));
  const { spec } = tasks.bundle;
  const env = [`SPIN_HTTP_LISTEN_ADDR=${context.address}`, 'LD_PRELOAD=/nothing.so', 'NODE_OPTIONS=--nonsense'];
  const namespaces = (spec.linux?.namespaces ?? []).filter(({ type }) => type !== 'network');
  await tasks.bundle.change({
    process: { ...spec.process, args: ['/spin.toml'], env, cwd: '/work' },
    linux: { ...spec.linux, namespaces },
  });
});
spin.after.each(({ tasks }) => tasks.close());

async function answer(address: string): Promise<string> {
  return until('the app answers', async () => (await fetch(`http://${address}/`)).text());
}

async function serveAndEnd({ tasks, address }: Open, changes: Partial<CreateTaskRequest> = {}): Promise<void> {
  const pid = await tasks.run(changes);
  try {
    assert.is(await answer(address), 'Hello from C!\n');
  } catch (error) {
    throw new Error(`${(error as Error).message}: ${readFileSync(tasks.output, 'utf8')}`);
  }
  assert.match(readFileSync(`/proc/${pid}/cmdline`, 'utf8'), 'worker');
  await tasks.kill(15);
  assert.is(await tasks.wait(), 0);
  await tasks.delete();
}

const user = { uid: 1000, gid: 1000 };
const mapping = [{ containerID: 0, hostID: MAPPED_ID, size: 65_536 }];
const changes: Readonly<Record<string, (spec: Spec) => Partial<Spec>>> = {
  'with nothing in its image but the app': () => ({}),
  'with a read-only root': ({ root }) => ({ root: { ...root, readonly: true } }),
  'as an ordinary user without any privileges': ({ process }) => {
    return { process: { ...process, user, capabilities: {}, noNewPrivileges: true } };
  },
  'with few descriptors': ({ process }) => {
    return { process: { ...process, rlimits: [{ type: 'RLIMIT_NOFILE', hard: 64, soft: 64 }] } };
  },
  'with as few threads as it needs': ({ linux }) => {
    return { linux: { ...linux, resources: { pids: { limit: Number(WORKER_THREADS) } } } };
  },
  'in 64 MiB': ({ linux }) => ({ linux: { ...linux, resources: { memory: { limit: 64 << 20, swap: 64 << 20 } } } }),
};
for (const [how, change] of Object.entries(changes)) {
  spin(`serves ${how}, and ends when it is told to`, async (context) => {
    await context.tasks.bundle.change(change(context.tasks.bundle.spec));
    await serveAndEnd(context);
  });
}

async function useUserNamespace({ bundle }: RealTasks): Promise<void> {
  const { linux } = bundle.spec;
  const namespaces = [...(linux?.namespaces ?? []), { type: 'user' }];
  await bundle.change({ linux: { ...linux, namespaces, uidMappings: mapping, gidMappings: mapping } });
  // As containerd opens a bundle to the container's own root.
  chmodSync(bundle.root, 0o711);
  chownSync(bundle.bundle, 0, MAPPED_ID);
  chmodSync(bundle.bundle, 0o710);
}

spin("serves in a user namespace from an image that the mount gives to the namespace's root", async (context) => {
  const { bundle } = context.tasks;
  await useUserNamespace(context.tasks);
  // Nobody but its owner may read it.
  for (const name of ['spin.toml', 'hello.wasm']) chmodSync(join(bundle.image, name), 0o600);
  const options = ['rbind', 'rw', ...['uid', 'gid'].map((kind) => `${kind}map=0:${MAPPED_ID}:65536`)];
  await serveAndEnd(context, { rootfs: [{ type: 'bind', source: bundle.image, target: '', options }] });
});

spin('serves in a user namespace', async (context) => {
  const { bundle } = context.tasks;
  await useUserNamespace(context.tasks);
  for (const path of [bundle.image, join(bundle.image, 'spin.toml')]) chownSync(path, MAPPED_ID, MAPPED_ID);
  await serveAndEnd(context);
});

spin('is not created when it may not have the threads that it needs', async ({ tasks }) => {
  const { linux } = tasks.bundle.spec;
  await tasks.bundle.change({ linux: { ...linux, resources: { pids: { limit: 5 } } } });
  const { code, message } = statusFromError(await tasks.create().catch((error: unknown) => error));
  assert.is(code, Code.RESOURCE_EXHAUSTED);
  assert.match(message, 'the pids limits of its cgroup leave 5');
  assert.equal(await tasks.bundle.processes(), []);
  assert.equal(await tasks.bundle.cgroups(), []);
});

spin(
  'serves from a cache of its own when the disk below that of the node is full, and leaves no half of a folder there',
  async (context) => {
    const { bundle } = context.tasks;
    const cache = join(bundle.root, 'cache');
    mkdirSync(cache);
    mount('tmpfs', cache, 'tmpfs', 0, 'size=1m');
    await serveAndEnd(context);
    assert.equal(readdirSync(join(cache, 'runtime')), []);
  },
);

spin('is not created when its manifest is wrong, and says where', async ({ tasks }) => {
  writeFileSync(join(tasks.bundle.image, 'spin.toml'), 'spin_manifest_version = 2\n[application\n');
  const { code, message } = statusFromError(await tasks.create().catch((error: unknown) => error));
  assert.is(code, Code.INVALID_ARGUMENT);
  assert.match(message, /^\/spin\.toml:\d+:\d+: /);
});

spin('is not created when a component is missing, and says which', async ({ tasks }) => {
  rmSync(join(tasks.bundle.image, 'hello.wasm'));
  const { code, message } = statusFromError(await tasks.create().catch((error: unknown) => error));
  assert.is(code, Code.INVALID_ARGUMENT);
  assert.match(message, /component\.hello\.source: .*hello\.wasm/);
});

spin.run();
