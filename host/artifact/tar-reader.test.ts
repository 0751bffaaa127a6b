// Reads what this project's encoder and the system's tar write.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeTar } from '../image/tar.ts';
import { readTar } from './tar-reader.ts';

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array, void> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

/** The contents of an archive's files. */
async function contentsOf(archive: Uint8Array, chunk = 1000): Promise<string[]> {
  const contents: string[] = [];
  for await (const { size, content } of readTar(inChunks(archive, chunk))) {
    const bytes = (await Array.fromAsync(content)).flatMap((piece) => [...piece]);
    assert.is(bytes.length, size);
    contents.push(new TextDecoder().decode(Uint8Array.from(bytes)));
  }
  return contents;
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const archive = encodeTar([
  { kind: 'directory', path: 'd' },
  { kind: 'file', path: 'd/a', content: text('first') },
  { kind: 'file', path: `d/${'long'.repeat(80)}`, content: text('x'.repeat(1500)) },
  { kind: 'symlink', path: 'd/link', target: 'a' },
  { kind: 'file', path: 'empty', content: text('') },
]);

const reading = suite('readTar');

for (const chunk of [1, 511, 512, 513, 100_000]) {
  reading(`lists regular files and nothing else, in chunks of ${chunk}`, async () => {
    assert.equal(await contentsOf(archive, chunk), ['first', 'x'.repeat(1500), '']);
  });
}

for (const format of ['gnu', 'pax', 'ustar', 'v7']) {
  reading(`reads the format ${format} of tar`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tar-reader-'));
    try {
      const names = ['a', format === 'gnu' || format === 'pax' ? 'n'.repeat(200) : 'b'];
      for (const name of names) writeFileSync(join(folder, name), name);
      const made = execFileSync('tar', ['-c', `--format=${format}`, ...names], { cwd: folder });
      assert.equal(await contentsOf(made), names);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

reading('skips a content that nobody reads', async () => {
  const sizes = await Array.fromAsync(readTar(inChunks(archive, 700)), ({ size }) => size);
  assert.equal(sizes, [5, 1500, 0]);
});

for (const [what, bytes, message] of [
  ['an archive that is cut', archive.subarray(0, 1030), 'it ends early'],
  ['what is no archive', text('?'.repeat(512)), 'a size is no number'],
] as const) {
  reading(`refuses ${what}`, async () => {
    const error = await contentsOf(bytes).catch((error: Error) => error);
    assert.match((error as Error).message, message);
  });
}

reading.run();
