import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Group } from './group.ts';

type Folder = { directory: string };

const groups = suite<Folder>('Group');

groups.before.each((context) => {
  context.directory = mkdtempSync(join(tmpdir(), 'group-'));
});
groups.after.each(({ directory }) => rmSync(directory, { recursive: true }));

groups('lists the containers that were added, each once', async ({ directory }) => {
  const group = new Group(directory, 'sandbox');
  await group.add('a', '/old');
  await group.add('a', '/bundles/a');
  await group.add('b', '/bundles/b');
  assert.equal(
    (await group.list()).sort((one, other) => one.id.localeCompare(other.id)),
    [
      { id: 'a', bundle: '/bundles/a' },
      { id: 'b', bundle: '/bundles/b' },
    ],
  );
});

groups('leaves nothing behind when the last container is removed', async ({ directory }) => {
  const group = new Group(directory, 'sandbox');
  await group.add('a', '/a');
  await group.add('b', '/b');
  await group.remove('a');
  assert.is((await group.list()).length, 1);
  await group.remove('b');
  assert.equal(readdirSync(join(directory, 'groups')), []);
});

groups('removes what is not there, and lists nothing where nothing is', async ({ directory }) => {
  const group = new Group(directory, 'sandbox');
  await group.remove('a');
  assert.equal(await group.list(), []);
});

groups('stays in its folder, whatever it is called', async ({ directory }) => {
  await new Group(directory, '../../up').add('../x', '/a');
  assert.equal(readdirSync(directory, { recursive: true }), [
    'groups',
    'groups/..%2F..%2Fup',
    'groups/..%2F..%2Fup/..%2Fx',
  ]);
});

groups.run();
