// Provides apps with a real plan process, from the sources, out of a cache that is damaged in many ways.
import { spawn } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../testing/until.ts';
import type { Command } from './executable.ts';
import { FileLock } from './file-lock.ts';
import { type AppRequest, type ProvidedApp, provideApp } from './provide.ts';
import { usesFolder } from './use.ts';

type Context = { folder: string; cache: string; rootfs: string; command: Command };

const helloWasm = join(import.meta.dirname, '../../fixtures/apps/hello-c/hello.wasm');
const planRole = join(import.meta.dirname, 'testing/plan-role.ts');
/** A command that no test may run: what succeeds with it started nothing. */
const noCommand: Command = { path: '/nonexistent/plan', args: [] };
const image = { address: '/run/c.sock', namespace: 'k8s.io', digest: `sha256:${'a'.repeat(64)}` };
const MANIFEST = `spin_manifest_version = 2
application = { name = "app" }
[[trigger.http]]
route = "/..."
component = "hello"
[component.hello]
source = "hello.wasm"
`;

const providing = suite<Context>('provideApp');

providing.before.each(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), 'provide-'));
  context.cache = join(context.folder, 'cache');
  context.rootfs = join(context.folder, 'rootfs');
  await mkdir(context.rootfs);
  await cp(helloWasm, join(context.rootfs, 'hello.wasm'), { preserveTimestamps: true });
  await writeFile(join(context.rootfs, 'spin.toml'), MANIFEST);
  // Leaves a line for each process that was started.
  const path = join(context.folder, 'plan');
  const node = `${process.execPath} --disable-warning=ExperimentalWarning`;
  await writeFile(path, `#!/bin/sh\necho started >> ${context.folder}/starts\nexec ${node} ${planRole}\n`);
  await chmod(path, 0o755);
  context.command = { path, args: [] };
});
providing.after.each(({ folder }) => rm(folder, { recursive: true, force: true }));

async function provide(context: Context, options: Partial<AppRequest> = {}): Promise<ProvidedApp> {
  const { cache: cacheDirectory, rootfs, command } = context;
  const provided = await provideApp({ cacheDirectory, rootfs, retain: [], image, command, ...options });
  provided.release();
  return provided;
}

async function countStarts({ folder }: Context): Promise<number> {
  return (await readFile(join(folder, 'starts'), 'utf8')).trim().split('\n').length;
}

providing('starts nothing for the second container of an image', async (context) => {
  const first = await provide(context);
  assert.equal((await provide(context, { command: noCommand })).app, first.app);
});

providing('prepares an image once for containers that are created at the same time', async (context) => {
  const all = await Promise.all([provide(context), provide(context), provide(context)]);
  assert.is(new Set(all.map(({ directory }) => directory)).size, 1);
  assert.is(await countStarts(context), 1);
});

providing('goes on when the process that prepares the image is killed', async (context) => {
  const room = join(import.meta.dirname, 'provide.ts');
  const request = { cacheDirectory: context.cache, rootfs: context.rootfs, retain: [], image };
  const command = { path: '/bin/sh', args: ['-c', `touch ${context.folder}/preparing; sleep 1000`] };
  const script = `
    const { provideApp } = await import(${JSON.stringify(room)});
    await provideApp(${JSON.stringify({ ...request, command })});`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script, '--', planRole], {
    stdio: 'ignore',
    detached: true,
  });
  try {
    await until('the other prepares', async () => (await readdir(context.folder)).includes('preparing'), 60_000);
    const waiting = provide(context);
    process.kill(-(child.pid ?? 0), 'SIGKILL');
    assert.is((await waiting).app.plan.name, 'app');
  } finally {
    child.kill('SIGKILL');
  }
});

providing('keeps the record of a container locked until it is released', async (context) => {
  const { cache: cacheDirectory, rootfs, command } = context;
  const provided = await provideApp({ cacheDirectory, rootfs, retain: [], image, command });
  const [name = ''] = await readdir(usesFolder(cacheDirectory));
  const path = join(usesFolder(cacheDirectory), name);
  assert.is(FileLock.tryTake(path, 'exclusive'), null);
  provided.release();
  using lock = FileLock.tryTake(path, 'exclusive');
  assert.ok(lock);
});

providing('prepares anew when a file of the image is another, and leaves the image its record', async (context) => {
  const first = await provide(context);
  const changed = join(context.folder, 'changed');
  await cp(context.rootfs, changed, { recursive: true, preserveTimestamps: true });
  await writeFile(join(changed, 'spin.toml'), MANIFEST.replace('"app"', '"another"'));
  assert.is((await provide(context, { rootfs: changed })).app.plan.name, 'another');
  assert.equal((await provide(context, { command: noCommand })).app, first.app);
  assert.is((await readdir(usesFolder(context.cache))).length, 2);
});

providing('prepares anew what other components are kept of', async (context) => {
  await provide(context);
  const failure = await provide(context, { retain: ['nothing'] }).catch((error: Error) => error);
  assert.match((failure as Error).message, 'nothing');
});

providing('has a record for an app without an image, too', async (context) => {
  await provide(context, { image: null });
  await provide(context, { image: null, command: noCommand });
  assert.is((await readdir(usesFolder(context.cache))).length, 1);
});

/** Changes a file of the only entry of a kind. */
async function damage({ cache }: Context, kind: string, name: string, change: (path: string) => Promise<void>) {
  const [key = ''] = await readdir(join(cache, kind));
  await change(join(cache, kind, key, name));
}

async function flipByte(path: string): Promise<void> {
  const bytes = await readFile(path);
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 0x10;
  const now = new Date();
  await writeFile(path, bytes);
  await utimes(path, now, now);
}

const damages: readonly (readonly [string, string, string, (path: string) => Promise<void>])[] = [
  ['a byte of a module is flipped', 'components', 'module-0.wasm', flipByte],
  ['a module is cut', 'components', 'module-0.wasm', (path) => truncate(path, 10)],
  ['a module is gone', 'components', 'module-0.wasm', (path) => rm(path)],
  ['a byte of the link plan is flipped', 'components', 'link-plan.json', flipByte],
  ['a byte of the app is flipped', 'apps', 'app.json', flipByte],
  ['the app is of another version', 'apps', 'app.json', (path) => writeFile(path, '{"version":99}')],
  ['the list of files is no list', 'components', 'contents.json', (path) => writeFile(path, '7')],
  ['a component is gone', 'components', '', (path) => rm(path, { recursive: true })],
  ['the record is cut', 'uses', '', (path) => truncate(path, 20)],
  ['the record is another thing', 'uses', '', (path) => writeFile(path, '{"folders":7}')],
];
for (const [what, kind, name, change] of damages) {
  providing(`mends the cache when ${what}`, async (context) => {
    const { app } = await provide(context);
    const [key = ''] = await readdir(join(context.cache, 'components'));
    const module = await readFile(join(context.cache, 'components', key, 'module-0.wasm'));
    await damage(context, kind, name, change);
    assert.equal((await provide(context)).app, app);
    assert.equal(await readFile(join(context.cache, 'components', key, 'module-0.wasm')), module);
    assert.equal((await provide(context, { command: noCommand })).app, app);
  });
}

providing('rejects with the system error of a cache that cannot be used', async (context) => {
  await writeFile(join(context.folder, 'file'), '');
  const failure = await provide({ ...context, cache: join(context.folder, 'file/cache') }).catch(
    (error: Error) => error,
  );
  assert.is((failure as NodeJS.ErrnoException).code, 'ENOTDIR');
});

providing.run();
