import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseExit, parseTaskRecord, startTimeOf, type TaskRecord } from './record.ts';

const record: TaskRecord = {
  id: 'a',
  groupId: 'g',
  bundle: '/bundles/a',
  shim: { pid: 7, startTime: '123' },
  oci: { binary: 'runc', root: '/r', systemdCgroup: false },
  pid: 8,
  cgroup: { version: 2, directories: { unified: '/sys/fs/cgroup/a' } },
};

const records = suite('parseTaskRecord');

records('reads what was written', () => assert.equal(parseTaskRecord(JSON.stringify(record)), record));

for (const text of [null, '', '{', 'null', '[]', '7', '{"id":"a"}']) {
  records(`gives null for ${text}`, () => assert.is(parseTaskRecord(text), null));
}

records.run();

const exits = suite('parseExit');

exits('reads what was written', () => assert.equal(parseExit('{"status":3,"atMs":5}'), { status: 3, atMs: 5 }));

for (const text of [null, '{"status":3}', '{"status":"3","atMs":5}']) {
  exits(`gives null for ${text}`, () => assert.is(parseExit(text), null));
}

exits.run();

const start = suite('startTimeOf');

start('counts fields behind a name with spaces and parentheses', () => {
  const fields = Array.from({ length: 30 }, (_, index) => `f${index + 4}`).join(' ');
  assert.is(startTimeOf(`42 (a b) c) S ${fields}`), 'f22');
});

start('gives null for a zombie', () => assert.is(startTimeOf('42 (sh) Z 1 1 1'), null));

/** The flags of a process that runs and of one that ends, as they are seen on a machine. */
for (const [flags, expected] of [
  ['4194560', 'f22'],
  ['4195328', 'f22'],
  ['4194564', null],
] as const) {
  start(`gives ${expected} for the flags ${flags}`, () => {
    const fields = Array.from({ length: 30 }, (_, index) => (index === 5 ? flags : `f${index + 4}`)).join(' ');
    assert.is(startTimeOf(`42 (node) R ${fields}`), expected);
  });
}

start('reads that of this process', () => {
  assert.match(startTimeOf(readFileSync('/proc/self/stat', 'utf8')) ?? '', /^\d+$/);
});

start.run();
