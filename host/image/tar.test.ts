import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeTar, type TarEntry, withDirectories } from './tar.ts';

function bytes(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function file(path: string, content = 'x', mode?: number): TarEntry {
  return {
    kind: 'file',
    path,
    content: bytes(content),
    ...(mode ? { mode } : {}),
  };
}

const tar = suite('encodeTar');
let folder = '';
tar.before.each(() => {
  folder = mkdtempSync(join(tmpdir(), 'tar-test-'));
});
tar.after.each(() => rmSync(folder, { recursive: true }));

/** Unpacks with the system's tar, which is the other opinion. */
function unpack(entries: readonly TarEntry[]): string {
  writeFileSync(join(folder, 'x.tar'), encodeTar(entries));
  return execFileSync('tar', ['xvpf', 'x.tar', '--no-same-owner'], { cwd: folder, encoding: 'utf8' });
}

tar('unpacks to the same contents, modes and links', () => {
  unpack([
    { kind: 'directory', path: 'bin', mode: 0o700 },
    file('bin/run', '#!/bin/sh\n', 0o755),
    file('empty', ''),
    file('block', 'b'.repeat(512)),
    { kind: 'symlink', path: 'link', target: 'bin/run' },
  ]);
  assert.is(readFileSync(join(folder, 'bin/run'), 'utf8'), '#!/bin/sh\n');
  assert.is(statSync(join(folder, 'bin/run')).mode & 0o777, 0o755);
  assert.is(statSync(join(folder, 'bin')).mode & 0o777, 0o700);
  assert.is(readFileSync(join(folder, 'empty')).length, 0);
  assert.is(readFileSync(join(folder, 'block')).length, 512);
  assert.is(readlinkSync(join(folder, 'link')), 'bin/run');
});

for (const [what, path] of [
  ['a name of 100 bytes', 'n'.repeat(100)],
  ['a path cut at a slash', `${'p'.repeat(150)}/${'n'.repeat(90)}`],
  ['a path too long for the header', `${'p'.repeat(200)}/${'n'.repeat(120)}`],
  ['a long path in another script', 'ü'.repeat(60)],
] as const) {
  tar(`keeps ${what}`, () => {
    unpack([file(path, what)]);
    assert.is(readFileSync(join(folder, path), 'utf8'), what);
  });
}

tar('keeps a link target too long for the header', () => {
  const target = 't'.repeat(150);
  unpack([{ kind: 'symlink', path: 'link', target }]);
  assert.is(readlinkSync(join(folder, 'link')), target);
});

tar('gives the same bytes for the same entries, in whole blocks', () => {
  const entries = [file('a'), file('b', 'y'.repeat(700))];
  assert.equal(encodeTar(entries), encodeTar(entries));
  assert.is(encodeTar(entries).length % 512, 0);
});
tar.run();

const directories = suite('withDirectories');
directories('adds each directory on the way once, before what it holds', () => {
  const paths = withDirectories([file('b/c/d'), file('b/c/a'), file('a')]).map(({ path }) => path);
  assert.equal(paths, ['a', 'b', 'b/c', 'b/c/a', 'b/c/d']);
});

directories('keeps the mode of a directory that has an entry, in either order', () => {
  const own: TarEntry = { kind: 'directory', path: 'tmp', mode: 0o1777 };
  for (const entries of [
    [own, file('tmp/x')],
    [file('tmp/x'), own],
  ])
    assert.equal(withDirectories(entries)[0], own);
});
directories.run();
