// The installer on a node whose containerd is the test's own: the handler it adds runs a Spin pod, and taking it away leaves the
// configuration as it was. Restarting goes through two FIFOs: the installer's command asks, the test does it.
import { existsSync, globSync, mkdtempSync } from 'node:fs';
import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { GUEST_RUNTIME } from '../bundle/annotations.ts';
import { readInstaller } from '../image/files.ts';
import { withDirectories } from '../image/tar.ts';
import { libraryFolder } from '../install/libraries.ts';
import { planInstall } from '../install/plan.ts';
import { mustRun, type Output, runCommand, startCommand } from '../testing/command.ts';
import { onEachPodNode } from '../testing/each-release.ts';
import { untilAnswer } from '../testing/network.ts';
import type { PodNode } from '../testing/pod-node.ts';
import { listReleases } from '../testing/releases.ts';

const EXECUTABLE = 'build/containerd-shim-spin-v2';
const HANDLER = 'installed';

/** A node to install on. */
class Target {
  readonly #node: PodNode;
  /** Folder that is installed into. */
  readonly folder: string;
  /** How often containerd was restarted. */
  restarts = 0;

  constructor(node: PodNode, name: string) {
    this.#node = node;
    this.folder = join(node.containerd.directory, `${name}-opt`);
  }

  /** Runs the installer; whenever it has containerd restarted, `restart` does it. */
  async run(action: 'install' | 'uninstall', restart = () => this.restart(), timeoutSeconds = 60): Promise<Output> {
    const { containerd } = this.#node;
    const fifo = (name: string) => `${this.folder}.${action}-${name}`;
    const script = fifo('restart');
    await mustRun('mkfifo', [fifo('wanted'), fifo('done')]);
    await writeFile(script, `#!/bin/sh\necho now > ${fifo('wanted')}\ncat ${fifo('done')}\n`, { mode: 0o755 });
    const place = ['--distribution', 'containerd', '--config', containerd.configPath, '--address', containerd.address];
    const wishes = ['--handler', HANDLER, '--directory', this.folder, '--timeout', String(timeoutSeconds)];
    const installer = runCommand(EXECUTABLE, [action, ...place, ...wishes, '--restart', script]);
    const isEnded = installer.then(() => true);
    for (;;) {
      const request = startCommand('cat', [fifo('wanted')]);
      if (await Promise.race([isEnded, request.ended.then(() => false)])) {
        request.child.kill();
        await mustRun('rm', [fifo('wanted'), fifo('done'), script]);
        return installer;
      }
      await restart();
      await mustRun('sh', ['-c', `echo done > ${fifo('done')}`]);
    }
  }

  async restart(): Promise<void> {
    this.restarts++;
    await this.#node.restart('SIGTERM', async () => {});
  }

  configuration(): Promise<string> {
    return readFile(this.#node.containerd.configPath, 'utf8');
  }
}

// Known before the first suite is declared: those declared later, after a wait, would run beside it.
const releases = await listReleases();

await onEachPodNode('installer', (test, release) => {
  test('adds a handler that runs Spin pods, and takes it away again', async (node) => {
    const target = new Target(node, 'whole');
    const before = await target.configuration();
    const { code, stdout, stderr } = await target.run('install');
    assert.is(code, 0, stdout + stderr);
    assert.ok((await target.configuration()).startsWith(before));

    const pod = await node.runPod('pod', { handler: HANDLER });
    await pod.start('app', node.images.app);
    assert.is((await untilAnswer(`http://${pod.address}/hello`)).status, 200);

    const annotations = { [GUEST_RUNTIME]: 'unknown' };
    const asked = node.runPod('asking', { handler: HANDLER, annotations });
    const answer = asked.then((asking) => asking.start('app', node.images.app)).then(String, String);
    assert.match(await answer, 'asks for the guest runtime "unknown"');

    assert.is((await target.run('install')).code, 0);
    assert.is(target.restarts, 1, 'nothing to change, nothing to restart');

    const refused = await target.run('uninstall');
    assert.is(refused.code, 1);
    assert.match(refused.stderr, /default\/pod; remove them first/);
    await node.removeAll();

    assert.is((await target.run('uninstall')).code, 0);
    assert.is(await target.configuration(), before);
    assert.not.ok(existsSync(target.folder));
    const isRun = await node.runPod('refused', { handler: HANDLER }).then(
      () => true,
      () => false,
    );
    assert.not.ok(isRun);
  });

  // How containerd comes up is not its release's affair.
  if (release.version === releases[0]?.version) {
    test('gives back the old configuration when containerd does not come up with the new one', async (node) => {
      const target = new Target(node, 'back');
      const before = await target.configuration();
      let times = 0;
      const restart = async (): Promise<void> => {
        if (times++ === 0) await node.containerd.stop();
        else await target.restart();
      };
      const { code, stderr } = await target.run('install', restart, 1);
      assert.equal([code, times], [1, 2]);
      assert.match(stderr, /runs with its old configuration again/);
      assert.is(await target.configuration(), before);
      await node.untilReady();
    });
  }

  if (!release.version.startsWith('1.')) {
    test('drops a file into a folder that a configuration of the newest version imports', async (node) => {
      const { containerd } = node;
      const target = new Target(node, 'folder');
      const old = await target.configuration();
      const program = join(release.programs, 'containerd');
      const migrated = await mustRun(program, ['--config', containerd.configPath, 'config', 'migrate']);
      const folder = join(containerd.directory, 'conf.d');
      await mkdir(folder);
      const imported = migrated.replace(/^imports = .*$/m, `imports = ['${folder}/*.toml']`);
      await writeFile(containerd.configPath, imported);
      await target.restart();

      const { code, stdout, stderr } = await target.run('install');
      assert.is(code, 0, stdout + stderr);
      assert.is(await target.configuration(), imported);
      const pod = await node.runPod('pod', { handler: HANDLER });
      await pod.start('app', node.images.app);
      assert.is((await untilAnswer(`http://${pod.address}/hello`)).status, 200);
      await node.removeAll();
      assert.is((await target.run('uninstall')).code, 0);
      assert.equal(await mustRun('ls', ['-A', folder]), '');
      await writeFile(containerd.configPath, old);
      await target.restart();
    });
  }
});

const effect = suite('effect of an installation');
for (const release of releases) {
  for (const name of ['', 'debian', 'kind']) {
    effect(
      `is one more runtime on ${name || 'a node without a configuration'}, containerd ${release.version}`,
      async () => {
        const folder = mkdtempSync(join(tmpdir(), 'effect-'));
        const configuration = join(folder, 'config.toml');
        const text = name === '' ? undefined : await readFile(`host/install/fixtures/${name}.toml`, 'utf8');
        const texts = new Map(text === undefined ? [] : [[configuration, text]]);
        const node = {
          exists: () => true,
          read: (path: string) => texts.get(path),
          containerdVersion: release.version,
        };
        const wishes = { handler: 'spin', distribution: 'containerd', configuration };
        const runtimes = async (): Promise<string[]> => {
          const dump = await mustRun(join(release.programs, 'containerd'), [
            '--config',
            configuration,
            'config',
            'dump',
          ]);
          return [...dump.matchAll(/\.containerd\.runtimes\.([\w-]+)\]$/gm)].map(([, handler = '']) => handler).sort();
        };
        if (text !== undefined) await writeFile(configuration, text);
        const before = text === undefined ? ['runc'] : await runtimes();
        const edit = planInstall({ ...node, runc: undefined }, wishes).edits.find(({ path }) => path === configuration);
        await writeFile(configuration, edit?.after ?? '');
        assert.ok(before.includes('runc'));
        assert.equal(await runtimes(), [...before, 'spin'].sort());
        await rm(folder, { recursive: true });
      },
    );
  }
}
effect.run();

type Image = { readonly root: string; readonly run: (...command: string[]) => Promise<string> };

const image = suite<Image>('installer image');
image.before(async (context) => {
  const root = mkdtempSync(join(tmpdir(), 'installer-'));
  for (const entry of withDirectories(readInstaller(EXECUTABLE))) {
    const path = join(root, entry.path);
    if (entry.kind === 'directory') await mkdir(path);
    else if (entry.kind === 'symlink') await symlink(entry.target, path);
    else await writeFile(path, entry.content, { mode: 0o755 });
  }
  await mkdir(join(root, 'proc'));
  const apart = ['--fork', '--pid', '--mount', '--root', root, '--mount-proc'];
  Object.assign(context, { root, run: (...command: string[]) => mustRun('unshare', [...apart, ...command]) });
});
image.after(({ root }) => rm(root, { recursive: true }));

image('has all that the executable needs to look at a node', async ({ root, run }) => {
  await mkdir(join(root, 'host/etc/containerd'), { recursive: true });
  await writeFile(join(root, 'host/etc/containerd/config.toml'), 'version = 2\n');
  const said = await run('/bin/containerd-shim-spin-v2', 'install', '--host', '/host', '--dry-run');
  assert.match(said, 'node at /host: containerd\n');
  assert.match(said, '/etc/containerd/config.toml: to be written');
  assert.is(await readFile(join(root, 'host/etc/containerd/config.toml'), 'utf8'), 'version = 2\n');
});

image('has what enters a node', async ({ run }) => {
  const entered = ['/bin/nsenter', '-t', '1', '-u', '-i', '-n', '-p', '/bin/containerd-shim-spin-v2', '-v'];
  assert.match(await run(...entered), 'Version:');
});

image('shows that the executable finds beside itself what a node lacks', async ({ root, run }) => {
  const [library = ''] = globSync(`${root}/lib*/**/libatomic.so.1`);
  const beside = join(root, libraryFolder(''));
  await mkdir(beside, { recursive: true });
  await rename(library, join(root, 'libatomic.so.1'));
  const missing = await run('/bin/containerd-shim-spin-v2', '-v').catch((error: Error) => error.message);
  assert.match(missing, 'libatomic.so.1: cannot open shared object file');
  await rename(join(root, 'libatomic.so.1'), join(beside, 'libatomic.so.1'));
  assert.match(await run('/bin/containerd-shim-spin-v2', '-v'), 'Version:');
});
image.run();
