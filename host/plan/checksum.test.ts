import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checksumFile } from './checksum.ts';
import { CHUNK_BYTES } from './chunks.ts';

const checksums = suite<{ folder: string }>('checksumFile');

checksums.before.each(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), 'checksum-'));
});
checksums.after.each(({ folder }) => rm(folder, { recursive: true }));

async function checksumOf(folder: string, bytes: Uint8Array): Promise<number> {
  const path = join(folder, 'file');
  await writeFile(path, bytes);
  await using file = await open(path);
  return await checksumFile(file);
}

const patterned = (length: number) => new Uint8Array(length).map((_, index) => index * 31 + (index >> 8));

checksums('is FNV-1a over words', async ({ folder }) => {
  assert.is(await checksumOf(folder, new Uint8Array()), 0x811c9dc5);
  assert.is(await checksumOf(folder, Uint8Array.of(1, 0, 0, 0)), Math.imul(0x811c9dc4, 0x01000193) >>> 0);
});

for (const length of [1, 5, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 3]) {
  checksums(`changes with any byte of ${length}`, async ({ folder }) => {
    const bytes = patterned(length);
    const whole = await checksumOf(folder, bytes);
    assert.is(await checksumOf(folder, bytes), whole);
    for (const index of [0, length >> 1, length - 1]) {
      const changed = bytes.slice();
      changed[index] = (changed[index] ?? 0) ^ 1;
      assert.is.not(await checksumOf(folder, changed), whole);
    }
  });
}

checksums.run();
