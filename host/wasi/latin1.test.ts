import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeLatin1, decodeUtf8, encodeLatin1 } from './latin1.ts';

const latin1 = suite('latin1');

latin1('is one character for each byte, both ways', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  assert.is(decodeLatin1(bytes).length, 256);
  assert.equal(encodeLatin1(decodeLatin1(bytes)), bytes);
});

latin1('decodes a view of a larger memory', () => {
  const memory = new Uint8Array(new WebAssembly.Memory({ initial: 1 }).buffer);
  memory.set([0x61, 0xe9, 0x62], 5);
  assert.is(decodeLatin1(memory.subarray(5, 8)), 'a\xe9b');
  assert.is(decodeLatin1(memory.subarray(5, 5)), '');
});

latin1('reads as UTF-8 what is', () => assert.is(decodeUtf8('caf\xc3\xa9'), 'café'));

latin1.run();
