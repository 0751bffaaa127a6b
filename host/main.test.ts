import { join } from 'node:path';
import process from 'node:process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { RuntimeInfo } from './gen/containerd.types.ts';
import { runCommand } from './testing/command.ts';
import { ShimBundle } from './testing/shim-bundle.ts';

const run = (...args: readonly string[]) =>
  runCommand(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    join(import.meta.dirname, 'main.ts'),
    ...args,
  ]);

const main = suite('main');

main('tells its version', async () => {
  const { code, stdout, stderr } = await run('-v');
  assert.equal([code, stderr], [0, '']);
  assert.match(stdout, /^containerd-shim-spin-v2:\n {2}Version: /);
});

main('tells what runtime it is', async () => {
  const bundle = await ShimBundle.open('any');
  const { code, stdout, stderr } = await bundle.call('-info');
  await bundle.close();
  assert.equal([code, stderr], [0, '']);
  assert.is(RuntimeInfo.decode(stdout).name, 'io.containerd.spin.v2');
});

main('helps on request, and fails with the same text when nothing is asked of it', async () => {
  const [asked, called] = await Promise.all([run('-h'), run()]);
  assert.equal([asked.code, called.code], [0, 2]);
  assert.match(asked.stdout, /^usage: containerd-shim-spin-v2 /);
  assert.equal([called.stdout, called.stderr], ['', asked.stdout]);
});

main('names the flag that is missing, and the actions there are', async () => {
  const [missing, unknown] = await Promise.all([
    run('-namespace', 'n', '-address', 'a', 'start'),
    run('-namespace', 'n', '-address', 'a', '-id', 'i', 'levitate'),
  ]);
  assert.equal(
    [missing.code, missing.stdout, missing.stderr],
    [1, '', 'containerd-shim-spin-v2: start needs the flag -id\n'],
  );
  assert.is(unknown.code, 1);
  assert.match(unknown.stderr, 'cannot do "levitate": the actions are start and delete');
});

main.run();
