// The one file that `make build` leaves and an operator installs.
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { mustRun, runCommand } from '../testing/command.ts';

const EXECUTABLE = 'build/containerd-shim-spin-v2';
const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };

const executable = suite<{ directory: string; renamed: string }>('executable');

executable.before(async (context) => {
  context.directory = await mkdtemp(join(tmpdir(), 'executable-'));
  context.renamed = join(context.directory, 'another-name');
  await copyFile(EXECUTABLE, context.renamed);
  await chmod(context.renamed, 0o755);
});

executable.after(({ directory }) => rm(directory, { recursive: true, force: true }));

executable('tells its version, under any file name and without an environment', async ({ renamed }) => {
  assert.match(await mustRun('env', ['-i', renamed, '-v']), `Version: ${version}`);
});

executable('tells what it is to containerd, in protobuf', async ({ renamed }) => {
  const { code, stdout, stderr } = await runCommand(renamed, ['-info']);
  assert.equal([code, stderr], [0, '']);
  assert.match(stdout, 'io.containerd.spin.v2');
});

executable('does not obey what the environment tells Node', async ({ renamed }) => {
  const environment = { NODE_OPTIONS: '--no-such-option', NODE_EXTRA_CA_CERTS: '/absent' };
  const { code, stderr } = await runCommand(renamed, ['-v'], { environment });
  assert.equal([code, stderr], [0, '']);
});

executable('says how it is called when it is called otherwise', async ({ renamed }) => {
  const { code, stderr } = await runCommand(renamed, []);
  assert.is(code, 2);
  assert.match(stderr, 'usage: containerd-shim-spin-v2');
});

executable('is put in place by make install, and taken away again', async ({ directory }) => {
  const installed = join(directory, 'usr/bin/containerd-shim-spin-v2');
  await mustRun('make', ['install', `DESTDIR=${directory}`, 'PREFIX=/usr']);
  assert.match(await mustRun(installed, ['-v']), `Version: ${version}`);
  await mustRun('make', ['uninstall', `DESTDIR=${directory}`, 'PREFIX=/usr']);
  assert.not.ok(existsSync(installed));
});

executable('takes no symbols along', async () => {
  assert.ok((await stat(EXECUTABLE)).size < 140 * 2 ** 20);
});

executable.run();
