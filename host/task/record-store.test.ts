import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { TaskRecord } from './record.ts';
import { RecordStore } from './record-store.ts';

type Folder = { directory: string; store: RecordStore };

function recordOf(id: string, groupId: string): TaskRecord {
  const shim = { pid: 7, startTime: '123' };
  const oci = { binary: 'runc', root: '/r', systemdCgroup: false };
  return { id, groupId, bundle: `/bundles/${id}`, shim, oci, pid: 8, cgroup: null };
}

const stores = suite<Folder>('RecordStore');

stores.before.each((context) => {
  context.directory = mkdtempSync(join(tmpdir(), 'records-'));
  context.store = new RecordStore(context.directory);
});
stores.after.each(({ directory }) => rmSync(directory, { recursive: true }));

stores('finds a record by its id alone, in its last version', async ({ store }) => {
  await store.write({ ...recordOf('a', 'sandbox'), pid: null });
  await store.write(recordOf('a', 'sandbox'));
  await store.write(recordOf('b', 'b'));
  assert.equal(await store.find('a'), recordOf('a', 'sandbox'));
  assert.is(await store.find('c'), null);
});

stores('lists the records of a group', async ({ store }) => {
  for (const id of ['a', 'b']) await store.write(recordOf(id, 'sandbox'));
  await store.write(recordOf('c', 'other'));
  await store.writeExit({ id: 'a', groupId: 'sandbox' }, { status: 0, atMs: 1 });
  assert.equal((await store.listGroup('sandbox')).map(({ id }) => id).sort(), ['a', 'b']);
});

stores('gives the exit that was written down', async ({ store }) => {
  const record = recordOf('a', 'a');
  await store.write(record);
  assert.is(await store.readExit(record), null);
  await store.writeExit(record, { status: 3, atMs: 5 });
  assert.equal(await store.readExit(record), { status: 3, atMs: 5 });
});

stores('leaves nothing behind when the last record of a group is removed', async ({ directory, store }) => {
  for (const id of ['a', 'b']) await store.write(recordOf(id, 'sandbox'));
  await store.writeExit({ id: 'a', groupId: 'sandbox' }, { status: 0, atMs: 1 });
  await store.remove({ id: 'a', groupId: 'sandbox' });
  assert.is((await store.listGroup('sandbox')).length, 1);
  await store.remove({ id: 'b', groupId: 'sandbox' });
  assert.equal(readdirSync(join(directory, 'tasks')), []);
});

stores('has nothing where nothing was written, and removes it all the same', async ({ store }) => {
  assert.is(await store.find('a'), null);
  assert.equal(await store.listGroup('a'), []);
  await store.remove({ id: 'a', groupId: 'a' });
});

stores('leaves damaged records out', async ({ directory, store }) => {
  await store.write(recordOf('a', 'sandbox'));
  writeFileSync(join(directory, 'tasks/sandbox/b.json'), '{');
  assert.equal(
    (await store.listGroup('sandbox')).map(({ id }) => id),
    ['a'],
  );
  assert.is(await store.find('b'), null);
});

stores('stays in its folder, whatever ids are', async ({ directory, store }) => {
  await store.write(recordOf('../x', '../../up'));
  assert.equal(readdirSync(directory, { recursive: true }).sort(), [
    'tasks',
    'tasks/..%2F..%2Fup',
    'tasks/..%2F..%2Fup/..%2Fx.json',
  ]);
});

stores.run();
