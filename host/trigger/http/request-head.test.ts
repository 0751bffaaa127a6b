// One rule of RFC 9112 and 9110, one case. Heads are written with `|` for each line end.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Refusal } from './refusal.ts';
import { parseRequestHead, type RequestHead } from './request-head.ts';

const HOST = 'GET / HTTP/1.1|Host: x';

const parse = (text: string): RequestHead => parseRequestHead(text.replaceAll('|', '\r\n'));

function statusOf(text: string): number {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof Refusal) return error.status;
    throw error;
  }
  return 0;
}

const taken = suite('parseRequestHead takes');

taken('method, target and version', () => {
  const { method, target, minorVersion } = parse('GET /a?b HTTP/1.1|Host: x');
  assert.equal([method, target, minorVersion], ['GET', '/a?b', 1]);
});
taken('methods that nobody registered', () => assert.is(parse('BREW-2 / HTTP/1.1|Host: x').method, 'BREW-2'));
taken('any byte above ASCII in a target', () => assert.is(parse('GET /\xe9 HTTP/1.1|Host: x').target, '/\xe9'));
taken('fields in their order, with duplicates, names in lower case', () => {
  assert.equal(parse('GET / HTTP/1.1|X-B: 1|x-a: 2|X-b: 3').headers, ['x-b', '1', 'x-a', '2', 'x-b', '3']);
});
taken('values without the white space around them', () => {
  assert.equal(parse('GET / HTTP/1.1|A: \t b\t c \t').headers, ['a', 'b\t c']);
});
taken('empty values, and values of any byte above ASCII', () => {
  assert.equal(parse('GET / HTTP/1.1|A:|B: \xff').headers, ['a', '', 'b', '\xff']);
});
taken('a head without fields', () => assert.equal(parse('GET / HTTP/1.0').headers, []));
taken('the Host header, and shows it', () => {
  const { host, headers } = parse('GET / HTTP/1.1|hOST: a:80');
  assert.equal([host, headers], ['a:80', ['host', 'a:80']]);
});
taken('no Host header that claims to be of a component of an app', () => {
  const { host, headers } = parse('GET / HTTP/1.1|Host: a.spin.internal|A: b');
  assert.equal([host, headers], [undefined, ['a', 'b']]);
});
taken('fields of the connection for itself', () => {
  const text = 'GET / HTTP/1.1|Connection: close|Keep-Alive: 1|Transfer-Encoding: chunked|Upgrade: h2c|A: b';
  assert.equal(parse(text).headers, ['a', 'b']);
});
taken('no fields that only the host may set', () => {
  const text = 'GET / HTTP/1.1|Spin-Path-Info: /|spin-path-match-id: 1|spin-client-addr: x|spin-own: y';
  assert.equal(parse(text).headers, ['spin-own', 'y']);
});

for (const [text, framing] of [
  [HOST, undefined],
  [`${HOST}|Content-Length: 0`, undefined],
  [`${HOST}|Content-Length: 3`, { tag: 'length', val: 3 }],
  [`${HOST}|Content-Length: 3|Content-Length: 3`, { tag: 'length', val: 3 }],
  [`${HOST}|Transfer-Encoding: Chunked`, { tag: 'chunked' }],
] as const) {
  taken(`${JSON.stringify(framing)} as the body of ${text}`, () => assert.equal(parse(text).framing, framing));
}

for (const [text, keepsAlive] of [
  [HOST, true],
  [`${HOST}|Connection: close`, false],
  [`${HOST}|Connection: a, Close`, false],
  ['GET / HTTP/1.0', false],
  ['GET / HTTP/1.0|Connection: keep-alive', true],
  ['GET / HTTP/1.0|Connection: keep-alive, close', false],
] as const) {
  taken(`${text} as ${keepsAlive ? 'not the last' : 'the last'} request`, () =>
    assert.is(parse(text).keepsAlive, keepsAlive),
  );
}

for (const [text, expects] of [
  ['POST / HTTP/1.1|Expect: 100-Continue|Content-Length: 1', true],
  ['POST / HTTP/1.1|Expect: 100-continue', false],
  ['POST / HTTP/1.0|Expect: 100-continue|Content-Length: 1', false],
] as const) {
  taken(`${text} as ${expects ? 'one' : 'none'} that waits to go on`, () =>
    assert.is(parse(text).expectsContinue, expects),
  );
}

taken.run();

const refused = suite('parseRequestHead refuses');

for (const [why, status, text] of [
  ['a line of one word', 400, 'nonsense'],
  ['a request of HTTP/0.9', 400, 'GET /'],
  ['a word too many in the request line', 400, 'GET / a HTTP/1.1|Host: x'],
  ['two spaces in the request line', 400, 'GET  / HTTP/1.1|Host: x'],
  ['a space before the method', 400, ' GET / HTTP/1.1|Host: x'],
  ['a method that is no token', 400, 'G(T / HTTP/1.1|Host: x'],
  ['a tab in the target', 400, 'GET /\ta HTTP/1.1|Host: x'],
  ['a version in small letters', 400, 'GET / http/1.1|Host: x'],
  ['HTTP/1.2', 505, 'GET / HTTP/1.2|Host: x'],
  ['HTTP/2.0', 505, 'GET / HTTP/2.0|Host: x'],
  ['a target that is too long', 414, `GET /${'a'.repeat(65_534)} HTTP/1.1|Host: x`],
  ['a line without a colon', 400, `${HOST}|nothing`],
  ['a field without a name', 400, `${HOST}|: a`],
  ['a space before the colon', 400, `${HOST}|A : b`],
  ['a space before the first name', 400, 'GET / HTTP/1.1| A: b'],
  ['a folded line', 400, `${HOST}|A: b| c`],
  ['a folded line with a colon', 400, `${HOST}|A: b|\tc: d`],
  ['a name that is no token', 400, `${HOST}|A(: b`],
  ['a name above ASCII', 400, `${HOST}|\xc4: b`],
  ['a line feed alone', 400, `${HOST}\nA: b`],
  ['a line feed at the start', 400, `\n${HOST}`],
  ['a carriage return alone', 400, `${HOST}|A: b\rC: d`],
  ['a NUL', 400, `${HOST}|A: b\0`],
  ['a control character', 400, `${HOST}|A: \x1b[0m`],
  ['a delete character', 400, `${HOST}|A: \x7f`],
  ['two Host headers', 400, `${HOST}|Host: x`],
  ['two Content-Lengths', 400, `${HOST}|Content-Length: 3|Content-Length: 4`],
  ['a list of Content-Lengths', 400, `${HOST}|Content-Length: 3, 3`],
  ['an empty Content-Length', 400, `${HOST}|Content-Length:`],
  ['a Content-Length with a sign', 400, `${HOST}|Content-Length: +3`],
  ['a hexadecimal Content-Length', 400, `${HOST}|Content-Length: 0x3`],
  ['a Content-Length that no number holds', 400, `${HOST}|Content-Length: 9007199254740993`],
  ['a Transfer-Encoding and a Content-Length', 400, `${HOST}|Transfer-Encoding: chunked|Content-Length: 3`],
  ['a Transfer-Encoding in HTTP/1.0', 400, 'POST / HTTP/1.0|Transfer-Encoding: chunked'],
  ['a Transfer-Encoding that is not chunked', 400, `${HOST}|Transfer-Encoding: gzip`],
  ['chunked before another coding', 400, `${HOST}|Transfer-Encoding: chunked, gzip`],
  ['chunked twice', 400, `${HOST}|Transfer-Encoding: chunked|Transfer-Encoding: chunked`],
  ['another coding before chunked', 501, `${HOST}|Transfer-Encoding: gzip, chunked`],
  ['an empty Transfer-Encoding', 400, `${HOST}|Transfer-Encoding:`],
  ['a Transfer-Encoding in quotes', 400, `${HOST}|Transfer-Encoding: "chunked"`],
  ['a Transfer-Encoding with a vertical tab', 400, `${HOST}|Transfer-Encoding: \x0bchunked`],
] as const) {
  refused(`${why} with ${status}`, () => assert.is(statusOf(text), status));
}

refused.run();
