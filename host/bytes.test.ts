import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { collect, concatenate } from './bytes.ts';

async function* chunksOf(...chunks: readonly (readonly number[])[]): AsyncGenerator<Uint8Array, void> {
  for (const chunk of chunks) yield Uint8Array.from(chunk);
}

const concatenated = suite('concatenate');

concatenated('puts numbers and bytes one behind the other', () => {
  assert.equal(concatenate([[1, 2], new Uint8Array(), Uint8Array.of(3)]), Uint8Array.of(1, 2, 3));
});

concatenated('copies, so that a piece may be used again', () => {
  const piece = Uint8Array.of(1);
  const bytes = concatenate([piece]);
  piece[0] = 2;
  assert.equal(bytes, Uint8Array.of(1));
});

concatenated.run();

const collected = suite('collect');

collected('reads all chunks into one array', async () => {
  assert.equal(await collect(chunksOf([1], [], [2, 3]), 3), Uint8Array.of(1, 2, 3));
});

collected('refuses more than was announced', async () => {
  const failure = await collect(chunksOf([1], [2, 3]), 2).catch((error: Error) => error);
  assert.instance(failure, RangeError);
});

collected.run();
