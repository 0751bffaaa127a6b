import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Code, type StatusError } from '../ttrpc/status.ts';
import { decodeHeaders, encodeHeaders } from './hpack.ts';

const ascii = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('');

const headers = suite('decodeHeaders');

headers('reads what encodeHeaders writes, also what is longer than a byte says', () => {
  const written = { 'grpc-status': '5', 'grpc-message': ascii.repeat(10), empty: '' };
  assert.equal(decodeHeaders(encodeHeaders(written)), written);
});

// The examples of RFC 7541, appendix C.
const examples: readonly (readonly [string, string, Record<string, string>])[] = [
  [
    'a literal with indexing',
    '400a637573746f6d2d6b65790d637573746f6d2d686561646572',
    { 'custom-key': 'custom-header' },
  ],
  ['a literal that is never indexed', '100870617373776f726406736563726574', { password: 'secret' }],
  ['only what names are written out for', '828684418cf1e3c2e5f23a6ba0ab90f4ff', {}],
  ['the Huffman code', '828786408825a849e95ba97d7f8925a849e95bb8e8b4bf', { 'custom-key': 'custom-value' }],
  [
    'a change of the table size',
    '20400a637573746f6d2d6b65790d637573746f6d2d686561646572',
    { 'custom-key': 'custom-header' },
  ],
];
for (const [title, hex, expected] of examples) {
  headers(`reads ${title}`, () => assert.equal(decodeHeaders(Uint8Array.fromHex(hex)), expected));
}

const malformed: readonly (readonly [string, string])[] = [
  ['an index of the dynamic table', 'be'],
  ['a string that is cut', '400a6375'],
  ['an integer that does not end', 'ffffffffffff'],
  ['a Huffman code of bytes that are no ASCII', '400184ffffffff'],
];
for (const [title, hex] of malformed) {
  headers(`refuses ${title}`, () => {
    const decode = () => decodeHeaders(Uint8Array.fromHex(hex));
    assert.throws(decode, (error: StatusError) => error.code === Code.UNAVAILABLE);
  });
}

headers.run();
