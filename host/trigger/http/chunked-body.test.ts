// One rule of RFC 9112 section 7.1, one case. Every body is also decoded byte by byte.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ChunkedDecoder, formatChunkSize, formatLastChunk } from './chunked-body.ts';
import { Refusal } from './refusal.ts';

type Decoded = { body: string; trailers: readonly string[]; rest: string; isDone: boolean };

function decode(text: string, pieceBytes: number): Decoded {
  let body = '';
  const decoder = new ChunkedDecoder((bytes) => {
    body += Buffer.from(bytes).toString('latin1');
  });
  const bytes = Buffer.from(text, 'latin1');
  let used = 0;
  while (used < bytes.length && !decoder.isDone) used += decoder.push(bytes.subarray(used, used + pieceBytes));
  return { body, trailers: decoder.trailers, rest: text.slice(used), isDone: decoder.isDone };
}

function refusalOf(text: string, pieceBytes: number): number {
  try {
    decode(text, pieceBytes);
  } catch (error) {
    if (error instanceof Refusal) return error.status;
    throw error;
  }
  return 0;
}

const decoding = suite('ChunkedDecoder');

for (const [what, text, body, trailers] of [
  ['no chunk', '0\r\n\r\n', '', []],
  ['chunks', '5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n', 'hello world', []],
  [
    'sizes in both cases, with zeros before',
    'a\r\n0123456789\r\n00B\r\n0123456789a\r\n000\r\n\r\n',
    '01234567890123456789a',
  ],
  ['extensions, which mean nothing', '1;a=b;c="d"\r\nx\r\n1 ;e\r\ny\r\n0;f\r\n\r\n', 'xy', []],
  ['line ends in a chunk', '4\r\n\r\n\r\n\r\n0\r\n\r\n', '\r\n\r\n', []],
  ['trailers, names in lower case', '0\r\nX-A: 1\r\nx-a:  2 \r\n\r\n', '', ['x-a', '1', 'x-a', '2']],
  [
    'no trailers of the connection or the host',
    '0\r\nConnection: x\r\nSpin-Path-Info: y\r\nA: b\r\n\r\n',
    '',
    ['a', 'b'],
  ],
] as const) {
  for (const pieceBytes of [1, 3, 1000]) {
    decoding(`takes ${what}, in pieces of ${pieceBytes}`, () => {
      const decoded = decode(`${text}GET /`, pieceBytes);
      assert.equal(decoded, { body, trailers: trailers ?? [], rest: 'GET /', isDone: true });
    });
  }
}

for (const [why, text, status] of [
  ['a size that is none', 'x\r\n', 400],
  ['an empty size', '\r\n', 400],
  ['a size with a sign', '+1\r\n', 400],
  ['a size with 0x', '0x1\r\n', 400],
  ['a size that no number holds', '10000000000000\r\n', 400],
  ['a space before a size', ' 1\r\n', 400],
  ['a space after a size', '1 \r\n', 400],
  ['a line feed alone after a size', '1\nx', 400],
  ['a carriage return alone in an extension', '1;a\rb\r\n', 400],
  ['a NUL in an extension', '1;\0\r\n', 400],
  ['a chunk longer than its size', '1\r\nxy\r\n', 400],
  ['a line feed alone after a chunk', '1\r\nx\n', 400],
  ['a carriage return alone after a chunk', '1\r\nx\r1\r\n', 400],
  ['a size line without end', `1;${'a'.repeat(66_000)}`, 431],
  ['many extensions', `1;${'a'.repeat(1000)}\r\nx\r\n`.repeat(70), 431],
  ['a line feed alone in the trailers', '0\r\nA: b\n\r\n', 400],
  ['a folded trailer', '0\r\nA: b\r\n c\r\n\r\n', 400],
  ['a space before the colon of a trailer', '0\r\nA : b\r\n\r\n', 400],
  ['trailers without end', `0\r\n${'A: b\r\n'.repeat(14_000)}`, 431],
] as const) {
  for (const pieceBytes of [1, 100_000]) {
    decoding(`refuses ${why}, in pieces of ${pieceBytes}`, () => assert.is(refusalOf(text, pieceBytes), status));
  }
}

decoding.run();

const encoding = suite('the chunked coding of responses');

encoding('writes sizes in hexadecimal', () => assert.is(formatChunkSize(4096), '1000\r\n'));
encoding('ends a body', () => assert.is(formatLastChunk([]), '0\r\n\r\n'));
encoding('ends a body with trailers', () => {
  assert.is(formatLastChunk(['a', '1', 'b', '\xe9']), '0\r\na: 1\r\nb: \xe9\r\n\r\n');
});

encoding.run();
