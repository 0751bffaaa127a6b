// The node's other OCI runtime in place of runc, named by the option `BinaryName`.
import { existsSync } from 'node:fs';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { runApp } from '../testing/app.ts';
import type { Containerd } from '../testing/containerd.ts';
import { onEachRelease } from '../testing/each-release.ts';
import { importBusybox } from '../testing/images.ts';
import { request } from '../testing/network.ts';
import { listReleases } from '../testing/releases.ts';

/** Gives the flags of `ctr run` that name an OCI runtime. */
async function useRuntime(containerd: Containerd, binaryName: string): Promise<string[]> {
  const path = join(containerd.directory, 'options.toml');
  await writeFile(path, `BinaryName = "${binaryName}"\n`);
  return ['--runtime-config-path', path];
}

/** Writes a shell script that stands for an OCI runtime; gives its path. */
async function writeScript(containerd: Containerd, name: string, text: string): Promise<string> {
  const path = join(containerd.directory, name);
  await writeFile(path, `#!/bin/sh\n${text}\n`);
  await chmod(path, 0o755);
  return path;
}

const [own] = await listReleases();

await onEachRelease('OCI runtime', (test, release) => {
  test('that does not exist is named in the message', async (containerd) => {
    const flags = await useRuntime(containerd, 'absent-runtime');
    const message = await runApp(containerd, 'app', { flags }).then(() => 'it ran', String);
    assert.match(message, 'absent-runtime');
  });

  test('is the one that is named, from create to delete', async (containerd) => {
    const calls = join(containerd.directory, 'calls');
    const script = await writeScript(containerd, 'recording-runc', `echo "$@" >>${calls}\nexec runc "$@"`);
    const url = await runApp(containerd, 'app', { flags: await useRuntime(containerd, script) });
    assert.is((await request(`${url}/hello`)).status, 200);
    await containerd.remove('app');
    const text = await readFile(calls, 'utf8');
    for (const action of ['create', 'start', 'delete']) assert.match(text, new RegExp(` ${action}\\b`));
  });

  // A distribution's crun may be too old for the specs that a newer containerd writes; its own containerd's it understands.
  if (release.version !== own?.version) return;

  test('may be crun, for an app and for a Linux container', async (containerd) => {
    // crun refuses a machine with both versions of cgroups mounted, so it does not get to see the second.
    const hide = 'mount --make-rprivate / && umount /sys/fs/cgroup/unified && exec crun "$@"';
    const hiding = await writeScript(containerd, 'crun-v1', `exec unshare --mount sh -c '${hide}' crun "$@"`);
    const flags = await useRuntime(containerd, existsSync('/sys/fs/cgroup/unified') ? hiding : 'crun');
    const url = await runApp(containerd, 'app', { flags });
    assert.is((await request(`${url}/hello`)).status, 200);
    await containerd.run('box', await importBusybox(containerd), { flags, command: ['sh', '-c', 'exit 4'] });
    await containerd.untilStopped('box');
    assert.match((await containerd.delete('box')).stderr, 'non-zero exit code 4');
    await containerd.remove('app');
  });
});
