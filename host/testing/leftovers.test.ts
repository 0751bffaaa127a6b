import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { countDescriptors, findLeftovers, findProcesses, isEmpty } from './leftovers.ts';
import { until } from './until.ts';

type Marked = { directory: string; mark: string };

const make = (context: Marked): void => {
  context.directory = mkdtempSync(join(tmpdir(), 'leftovers-'));
  context.mark = basename(context.directory);
};
const remove = ({ directory }: Marked): void => rmSync(directory, { recursive: true });

const processes = suite<Marked>('findProcesses');
processes.before.each(make);
processes.after.each(remove);

for (const [trait, start] of Object.entries({
  'command line': (mark: string) => spawn('sh', ['-c', 'read line', mark]),
  environment: (mark: string) => spawn('sleep', ['1000'], { env: { MARK: mark } }),
  'working directory': (_: string, directory: string) => spawn('sleep', ['1000'], { cwd: directory }),
})) {
  processes(`finds a process by its ${trait}, until it has ended`, async ({ mark, directory }) => {
    const child = start(mark, directory);
    await until('it is found', async () => (await findProcesses(mark)).some(({ pid }) => pid === child.pid));
    for (const { pid } of await findProcesses(mark)) process.kill(pid, 'SIGKILL');
    await once(child, 'exit');
    await until('it is gone', async () => (await findProcesses(mark)).length === 0);
  });
}
processes.run();

const leftovers = suite<Marked>('findLeftovers');
leftovers.before.each(make);
leftovers.after.each(remove);

leftovers('finds files of a container by its id, and its sockets, and nothing else', async ({ mark, directory }) => {
  const socket = join(directory, 'socket');
  const instance = { mark, directory, names: [`-${mark}`], sockets: [socket, '/absent'], expected: [] };
  assert.ok(isEmpty(await findLeftovers(instance)));
  mkdirSync(join(directory, 'state', `box-${mark}`), { recursive: true });
  writeFileSync(socket, '');
  const found = await findLeftovers(instance);
  assert.equal(found.stateFiles, [join(directory, 'state', `box-${mark}`)]);
  assert.equal(found.sockets, [socket]);
  assert.not.ok(isEmpty(found));
});

leftovers.run();

const descriptors = suite('countDescriptors');

descriptors('counts those that are open', async () => {
  const before = await countDescriptors(process.pid);
  const descriptor = openSync('/dev/null', 'r');
  assert.is(await countDescriptors(process.pid), before + 1);
  closeSync(descriptor);
});

descriptors.run();
