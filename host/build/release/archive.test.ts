import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { archiveName, encodeRelease, formatChecksums } from './archive.ts';

const NAME = 'containerd-shim-spin-v2';
const executable = new TextEncoder().encode('#!/bin/sh\necho shim\n');

const release = suite<{ directory: string }>('encodeRelease');
release.before.each((context) => {
  context.directory = mkdtempSync(join(tmpdir(), 'release-'));
});
release.after.each(({ directory }) => rmSync(directory, { recursive: true }));

release('gives tar one executable file and nothing else', ({ directory }) => {
  const archive = join(directory, archiveName(NAME, 'x86_64'));
  writeFileSync(archive, encodeRelease(NAME, executable));
  assert.is(execFileSync('tar', ['-tzf', archive], { encoding: 'utf8' }), `${NAME}\n`);
  execFileSync('tar', ['-xzf', archive, '-C', directory]);
  assert.equal(new Uint8Array(readFileSync(join(directory, NAME))), executable);
  assert.is(statSync(join(directory, NAME)).mode & 0o777, 0o755);
});

release('gives the same bytes whenever it is made', async () => {
  const first = encodeRelease(NAME, executable);
  const second = encodeRelease(NAME, executable);
  assert.equal(first, second);
  // Times of the archive and of its file, where they would be.
  assert.equal([...first.subarray(4, 8)], [0, 0, 0, 0]);
});
release.run();

const checksums = suite<{ directory: string }>('formatChecksums');
checksums('is what sha256sum checks', () => {
  const directory = mkdtempSync(join(tmpdir(), 'release-'));
  const digests = new Map<string, string>();
  for (const name of ['a', 'b']) {
    writeFileSync(join(directory, name), name);
    digests.set(name, createHash('sha256').update(name).digest('hex'));
  }
  writeFileSync(join(directory, 'SHA256SUMS'), formatChecksums(digests));
  const check = () =>
    execFileSync('sha256sum', ['--check', 'SHA256SUMS'], { cwd: directory, encoding: 'utf8', stdio: 'pipe' });
  assert.is(check(), 'a: OK\nb: OK\n');
  writeFileSync(join(directory, 'b'), 'damaged');
  assert.throws(check);
  rmSync(directory, { recursive: true });
});
checksums.run();
