import { closeSync, writeSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { addressOf, createSealedFile, dropPages, mapFile, mapFileOver, PAGE_BYTES, PageMap } from './memory-map.ts';

const PAGES = 16;

/** A memory with a snapshot mapped over its first page of 64 KiB. */
function createMapped() {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const bytes = new Uint8Array(memory.buffer).fill(1);
  const fd = createSealedFile('test', bytes);
  const address = addressOf(memory.buffer);
  mapFileOver(address, bytes.length, fd);
  const owned = () => {
    const runs: [start: number, end: number][] = [];
    new PageMap().forEachOwned(address, PAGES * PAGE_BYTES, (start, end) =>
      runs.push([start / PAGE_BYTES, end / PAGE_BYTES]),
    );
    return runs;
  };
  return { memory, bytes, fd, address, owned };
}

const files = suite('createSealedFile');

files('makes a file that can be mapped and never changed', () => {
  const fd = createSealedFile('test', Uint8Array.of(1, 2, 3));
  assert.equal(new Uint8Array(mapFile(fd, 3)), Uint8Array.of(1, 2, 3));
  assert.throws(() => writeSync(fd, Uint8Array.of(9), 0, 1, 0), /EPERM/);
  closeSync(fd);
});

files.run();

const mapping = suite('mapFileOver');

mapping('shows the file in the memory', () => {
  const { bytes, fd } = createMapped();
  assert.ok(bytes.every((byte) => byte === 1));
  closeSync(fd);
});

mapping('keeps writes out of the file', () => {
  const { bytes, fd } = createMapped();
  bytes.fill(9);
  assert.ok(new Uint8Array(mapFile(fd, bytes.length)).every((byte) => byte === 1));
  closeSync(fd);
});

mapping('leaves the memory able to grow in place', () => {
  const { memory, address, fd } = createMapped();
  memory.grow(10);
  assert.is(addressOf(memory.buffer), address);
  const bytes = new Uint8Array(memory.buffer);
  assert.is(bytes[0], 1);
  assert.is(bytes.at(-1), 0);
  closeSync(fd);
});

mapping('throws a system error for what is no file', () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  assert.throws(() => mapFileOver(addressOf(memory.buffer), 65536, -1), /EBADF/);
});

mapping.run();

const owned = suite('PageMap');

owned('tells the pages that were written from those that were read', () => {
  const { bytes, fd, owned: list } = createMapped();
  assert.is(
    bytes.reduce((sum, byte) => sum + byte, 0),
    bytes.length,
  );
  assert.equal(list(), []);
  bytes[3 * PAGE_BYTES] = 9;
  bytes[4 * PAGE_BYTES + 1] = 9;
  bytes[15 * PAGE_BYTES + 4095] = 9;
  assert.equal(list(), [
    [3, 5],
    [15, 16],
  ]);
  closeSync(fd);
});

owned('tells of a page again as long as it is there', () => {
  const { bytes, address, fd, owned: list } = createMapped();
  bytes[0] = 9;
  bytes[0] = 1;
  assert.equal(list(), [[0, 1]]);
  dropPages(address, bytes.length);
  assert.equal(list(), []);
  closeSync(fd);
});

owned.run();

const dropping = suite('dropPages');

dropping('gives a mapped memory the content of its file again', () => {
  const { bytes, address, fd } = createMapped();
  bytes.fill(9);
  dropPages(address, bytes.length);
  assert.ok(bytes.every((byte) => byte === 1));
  closeSync(fd);
});

dropping('makes memory without a file zero', () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const bytes = new Uint8Array(memory.buffer).fill(9);
  dropPages(addressOf(memory.buffer), bytes.length);
  assert.ok(bytes.every((byte) => byte === 0));
});

dropping.run();
