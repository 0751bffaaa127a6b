// host/build/setup on machines that it cannot set up: each says in one line what is the matter. The machines are made of a PATH in which
// some programs are missing or stand-ins.
import { chmodSync, existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Output, runCommand } from '../testing/command.ts';

/** What the script calls before it installs anything. */
const PROGRAMS = [
  'sh',
  'dirname',
  'uname',
  'id',
  'grep',
  'tr',
  'apt-get',
  'dpkg-query',
  'containerd',
  'ctr',
  'runc',
  'npm',
];

type Machine = {
  readonly directory: string;
  readonly setUp: (changes: Readonly<Record<string, string | null>>) => Promise<Output>;
};

const setup = suite<Machine>('setup');

setup.before.each((context) => {
  const directory = mkdtempSync(join(tmpdir(), 'setup-'));
  const setUp: Machine['setUp'] = (changes) => {
    for (const name of PROGRAMS) {
      const change = changes[name];
      const real = ['/usr/sbin', '/usr/bin', '/usr/local/bin', '/bin']
        .map((folder) => join(folder, name))
        .find(existsSync);
      if (change === undefined && real) symlinkSync(real, join(directory, name));
      else if (change) writeFileSync(join(directory, name), `#!/bin/sh\n${change}\n`);
      if (change) chmodSync(join(directory, name), 0o755);
    }
    return runCommand('/bin/sh', ['host/build/setup'], { environment: { PATH: directory } });
  };
  Object.assign(context, { directory, setUp });
});
setup.after.each(({ directory }) => rmSync(directory, { recursive: true }));

setup('has nothing to do and says nothing where nothing is missing', async ({ setUp }) => {
  assert.equal(await setUp({}), { code: 0, stdout: '', stderr: '' });
});

setup('names an architecture that it does not know, and those it knows', async ({ setUp }) => {
  const { code, stderr } = await setUp({ uname: 'echo riscv64' });
  assert.is(code, 1);
  assert.is(stderr, 'setup: unsupported architecture riscv64: x86_64 or aarch64 is needed\n');
});

setup('says which systems have apt where there is none', async ({ setUp }) => {
  const { code, stderr } = await setUp({ 'apt-get': null });
  assert.is(code, 1);
  assert.is(stderr, 'setup: no apt on this machine: Debian or Ubuntu is needed\n');
});

setup('names what is missing and asks for root', async ({ setUp }) => {
  const { code, stderr } = await setUp({ id: 'echo 1000', runc: null });
  assert.is(code, 1);
  assert.is(stderr, 'setup: not root, and these packages are missing: runc; run this as root\n');
});

setup('stops when apt fails', async ({ setUp }) => {
  const { code, stderr } = await setUp({ id: 'echo 0', 'apt-get': 'exit 100', runc: null });
  assert.is(code, 1);
  assert.match(stderr, 'setup: apt-get update failed');
});

setup.run();
