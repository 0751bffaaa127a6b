import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { becomeChildSubreaper, waitPid } from '../ffi/child.ts';
import { OciBundle } from '../testing/oci-bundle.ts';
import { until } from '../testing/until.ts';
import { Code, statusFromError } from '../ttrpc/status.ts';
import { OciRuntime } from './runtime.ts';

const NONE = ['ignore', 'ignore', 'ignore'] as const;

type Real = { bundle: OciBundle; runtime: OciRuntime; create: () => Promise<number> };

for (const binary of ['runc', 'crun']) {
  const real = suite<Real>(`OciRuntime with ${binary}`);

  real.before.each(async (context) => {
    becomeChildSubreaper();
    const bundle = await OciBundle.open('sleep 1000');
    await bundle.change({ root: { path: bundle.image } });
    const options = { binary, root: join(bundle.root, 'state/deep'), systemdCgroup: false };
    context.bundle = bundle;
    context.runtime = new OciRuntime(options, bundle.root, process.env);
    context.create = async () => {
      const pidFile = join(bundle.root, 'pid');
      const rest = { preservedDescriptors: 0, noPivotRoot: false, noNewKeyring: false };
      await context.runtime.create(bundle.mark, { bundle: bundle.bundle, pidFile, ...rest }, NONE);
      return Number(readFileSync(pidFile, 'utf8'));
    };
  });
  real.after.each(async ({ bundle, runtime }) => {
    await runtime.delete(bundle.mark, true).catch(() => {});
    await bundle.close();
  });

  // This crun refuses a machine with both versions of cgroups.
  const isHybrid = existsSync('/sys/fs/cgroup/unified/cgroup.procs');
  if (binary === 'crun' && isHybrid) {
    real('says why it cannot run a container on a machine with both versions of cgroups', async ({ create }) => {
      const { message } = statusFromError(await create().catch((error: unknown) => error));
      assert.match(message, /^crun cannot create: .*cgroup/);
    });
  } else {
    real('creates, starts, kills and deletes a container', async ({ bundle, runtime, create }) => {
      const pid = await create();
      assert.is(waitPid(pid), 'running');
      await runtime.start(bundle.mark);
      await runtime.kill(bundle.mark, 9, false);
      const status = await until('it has ended', () => {
        const found = waitPid(pid);
        return found !== 'running' && found;
      });
      assert.equal(status, { signal: 9 });
      const late = statusFromError(await runtime.kill(bundle.mark, 9, false).catch((error: unknown) => error));
      assert.is(late.code, Code.NOT_FOUND, late.message);
      await runtime.delete(bundle.mark, false);
      assert.not.ok(readdirSync(bundle.root).some((name) => name.endsWith('.log')));
    });

    real('refuses what its container cannot do, in its own words', async ({ bundle, runtime, create }) => {
      await create();
      const { code, message } = statusFromError(await runtime.resume(bundle.mark).catch((error: unknown) => error));
      assert.is(code, Code.UNKNOWN);
      assert.match(message, new RegExp(`^${binary} cannot resume: .*not paused`));
    });
  }

  real('deletes by force what does not exist, but kills nothing', async ({ bundle, runtime }) => {
    await runtime.delete(bundle.mark, true);
    const { code } = statusFromError(await runtime.kill(bundle.mark, 9, false).catch((error: unknown) => error));
    assert.is(code, Code.NOT_FOUND);
  });

  real.run();
}

type Fake = { directory: string; write: (script: string) => OciRuntime };

const fake = suite<Fake>('OciRuntime');

// A runtime that only writes down how it was called.
fake.before.each((context) => {
  context.directory = mkdtempSync(join(tmpdir(), 'fake-'));
  context.write = (script) => {
    const binary = join(context.directory, 'runtime');
    writeFileSync(binary, `#!/bin/sh\ncd ${context.directory}\n${script}\n`);
    chmodSync(binary, 0o755);
    const environment = {
      PATH: process.env['PATH'],
      NODE_OPTIONS: 'x',
      LD_PRELOAD: '',
      NOTIFY_SOCKET: '/n',
      LISTEN_FDS: '1',
      KEPT: 'y',
    };
    return new OciRuntime(
      { binary, root: join(context.directory, 'root'), systemdCgroup: true },
      context.directory,
      environment,
    );
  };
});
fake.after.each(({ directory }) => rmSync(directory, { recursive: true }));

fake('keeps from it what is meant for this process', async ({ directory, write }) => {
  await write('env >environment').start('a');
  const environment = readFileSync(join(directory, 'environment'), 'utf8');
  assert.match(environment, 'KEPT=y');
  assert.not.match(environment, /NODE_OPTIONS|LD_PRELOAD|NOTIFY_SOCKET|LISTEN_FDS/);
});

fake('tells it where its state and its log are, and to use systemd', async ({ directory, write }) => {
  await write('echo "$@" >arguments').pause('a');
  const expected = `--root ${directory}/root --log ${directory}/oci-${process.pid}-1.log --log-format json --systemd-cgroup pause a\n`;
  assert.is(readFileSync(join(directory, 'arguments'), 'utf8'), expected);
});

fake('gives it new limits in a file, which it then removes', async ({ directory, write }) => {
  await write('for word; do [ "$last" = --resources ] && cat "$word" >input; last=$word; done').update(
    'a',
    '{"memory":{}}',
  );
  assert.is(readFileSync(join(directory, 'input'), 'utf8'), '{"memory":{}}');
  assert.not.ok(readdirSync(directory).some((name) => name.endsWith('.json')));
});

fake('fails with what it wrote to its error output when it wrote no log, or with its status', async ({ write }) => {
  const messageOf = async (script: string) => {
    const error: unknown = await write(script)
      .update('a', 'x'.repeat(100_000))
      .catch((reason: unknown) => reason);
    return (error as Error).message;
  };
  assert.match(await messageOf('echo "unknown flag" >&2; exit 1'), /runtime cannot update: unknown flag$/);
  assert.match(await messageOf('exit 3'), /runtime cannot update: ended with 3$/);
  assert.match(await messageOf('kill -9 $$'), /runtime cannot update: ended with SIGKILL$/);
});

fake.run();
