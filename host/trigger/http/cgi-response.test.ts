import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseCgiResponse } from './cgi-response.ts';

function parse(output: string) {
  const logged: string[] = [];
  const bytes = Uint8Array.from(output, (character) => character.charCodeAt(0));
  const { status, headers, body } = parseCgiResponse(bytes, (line) => logged.push(line));
  return { status, headers: headers.raw(), body: new TextDecoder('latin1').decode(body), logged };
}

const response = suite('parseCgiResponse');

for (const [title, output, status, headers, body] of [
  ['headers and a body', 'Content-Type: text/plain\n\nhi\n', 200, ['content-type', 'text/plain'], 'hi\n'],
  ['lines with carriage returns', 'Content-Type: a/b\r\n\r\nx\r\ny', 200, ['content-type', 'a/b'], 'x\r\ny'],
  ['empty lines in the body', 'Content-Type: a/b\n\n\n\nx', 200, ['content-type', 'a/b'], '\n\nx'],
  ['a status alone', 'Status: 204\n\n', 204, [], ''],
  ['a status with its text', "status: 418 I'm a teapot\nContent-Type: a/b\n\nx", 418, ['content-type', 'a/b'], 'x'],
  ['a location', 'Location: /there\n\n', 302, ['location', '/there'], ''],
  ['a location with a status', 'Location: /there\nStatus: 301\n\n', 301, ['location', '/there'], ''],
  ['values with colons and blanks', 'Content-Type:  a/b; x=":"  \n\n', 200, ['content-type', 'a/b; x=":"'], ''],
  [
    'the same header twice',
    'Status: 200\nSet-Cookie: a\nSet-Cookie: b\n\n',
    200,
    ['set-cookie', 'a', 'set-cookie', 'b'],
    '',
  ],
  ['bytes above 127', 'Status: 200\nX: \xe9\n\n\xff', 200, ['x', '\xe9'], '\xff'],
] as const) {
  response(`reads ${title}`, () => {
    const read = parse(output);
    assert.equal([read.status, read.headers, read.body, read.logged], [status, headers, body, []]);
  });
}

for (const status of ['', 'fine', '20', '2000', '99', '199', '-1']) {
  response(`takes the status ${JSON.stringify(status)} for the program's mistake`, () => {
    assert.is(parse(`Status: ${status}\n\n`).status, 502);
  });
}

for (const output of ['', 'hello\n', '\n\nContent-Type: a/b', 'X: y\n\nhello', 'Content-Type: a/b\nhello']) {
  response(`refuses output that says not what it is: ${JSON.stringify(output)}`, () => {
    const read = parse(output);
    assert.is(read.status, 500);
    assert.is(read.body, "Exactly one of 'location' or 'content-type' must be specified");
    assert.is(read.logged.length, 1);
  });
}

response('leaves out lines that are no headers, and says so', () => {
  const read = parse('Status: 200\nno colon\nna me: x\nX: a\x01b\nConnection: close\nY: z\n\nx');
  assert.equal(read.headers, ['y', 'z']);
  assert.is(read.logged.length, 4);
});

response.run();
