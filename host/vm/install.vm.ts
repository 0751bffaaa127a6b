// The installer on a node as it is: containerd as systemd runs it, and the installer in its image's files with the node's root below
// /host, as the DaemonSet of deploy/ has it. It changes the machine, so it runs in the emulated one only.
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readInstaller } from '../image/files.ts';
import { withDirectories } from '../image/tar.ts';
import { readCri } from '../install/cri.ts';
import { mustRun } from '../testing/command.ts';

const CONFIGURATION = '/etc/containerd/config.toml';
const SOCKET = '/run/containerd/containerd.sock';
const INSTALLED = '/opt/containerd-shim-spin/bin/containerd-shim-spin-v2';
const TIMEOUT_MS = 300_000;

type Installer = { readonly root: string; readonly run: (action: string) => Promise<string> };

const installer = suite<Installer>('installer under systemd');

installer.before(async (context) => {
  const root = await mkdtemp(join(tmpdir(), 'installer-'));
  for (const entry of withDirectories(readInstaller('build/containerd-shim-spin-v2'))) {
    const path = join(root, entry.path);
    if (entry.kind === 'directory') await mkdir(path);
    else if (entry.kind === 'symlink') await symlink(entry.target, path);
    else await writeFile(path, entry.content, { mode: 0o755 });
  }
  for (const folder of ['proc', 'host']) await mkdir(join(root, folder));
  // As a privileged container sees it: its own root, the node's processes and the node's files.
  const script = `mount -t proc proc ${root}/proc && mount --rbind / ${root}/host && exec chroot ${root} "$@"`;
  const run = (action: string) => {
    const command = ['/bin/containerd-shim-spin-v2', action, '--host', '/host'];
    return mustRun('unshare', ['--mount', 'sh', '-c', script, 'sh', ...command], { timeoutMs: TIMEOUT_MS });
  };
  Object.assign(context, { root, run });
  await mustRun('systemctl', ['start', 'containerd.service']);
});
installer.after(({ root }) => rm(root, { recursive: true }));

const pidOf = (unit: string) => mustRun('systemctl', ['show', '--value', '--property=MainPID', unit]);

installer("has the node's systemd restart containerd, which then serves the handler", async ({ run }) => {
  const [before, pid] = [await readFile(CONFIGURATION, 'utf8'), await pidOf('containerd.service')];
  const said = await run('install');
  assert.match(said, 'restarting containerd: nsenter -t 1 -m -u -i -n -p systemctl try-restart containerd.service');
  assert.is.not(await pidOf('containerd.service'), pid);
  assert.is((await readCri(SOCKET)).runtimes['spin']?.runtimeType, INSTALLED);
  assert.match(await mustRun(INSTALLED, ['-v']), 'Version:');

  await run('uninstall');
  assert.is((await readCri(SOCKET)).runtimes['spin'], undefined);
  assert.is(await readFile(CONFIGURATION, 'utf8'), before);
});
installer.run();
