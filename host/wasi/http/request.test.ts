import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { thrownBy } from '../testing/thrown.ts';
import { Fields } from './fields.ts';
import { EmptyBodySource } from './message-source.ts';
import { formatMethod, formatScheme, parseMethod } from './method.ts';
import { IncomingRequest, OutgoingRequest, RequestOptions } from './request.ts';

const incoming = suite('IncomingRequest');

function createIncoming(): IncomingRequest {
  const headers = new Fields(['a', '1'], true);
  const head = { method: 'POST', pathWithQuery: '/a?b', authority: 'example.com', headers };
  return new IncomingRequest(head, new EmptyBodySource());
}

incoming('shows what came in, its scheme always HTTP', () => {
  const request = createIncoming();
  assert.equal(request.method(), { tag: 'post' });
  assert.is(request.pathWithQuery(), '/a?b');
  assert.is(request.authority(), 'example.com');
  assert.equal(request.scheme(), { tag: 'HTTP' });
  assert.equal(request.headers().raw(), ['a', '1']);
});

incoming('gives its body once', () => {
  const request = createIncoming();
  request.consume();
  assert.is(
    thrownBy(() => request.consume()),
    undefined,
  );
});

incoming.run();

const outgoing = suite('OutgoingRequest');

outgoing('is a GET of nothing at first', () => {
  const request = new OutgoingRequest(new Fields());
  assert.equal(request.method(), { tag: 'get' });
  assert.is(request.pathWithQuery(), undefined);
  assert.is(request.scheme(), undefined);
  assert.is(request.authority(), undefined);
});

for (const [what, set] of [
  ['a method that is no token', (request: OutgoingRequest) => request.setMethod({ tag: 'other', val: 'A B' })],
  ['a path with a space', (request: OutgoingRequest) => request.setPathWithQuery('/a b')],
  ['a path with a line break', (request: OutgoingRequest) => request.setPathWithQuery('/a\r\nb')],
  ['a scheme that is none', (request: OutgoingRequest) => request.setScheme({ tag: 'other', val: '1:' })],
  ['an authority with a path', (request: OutgoingRequest) => request.setAuthority('a/b')],
  ['an authority with a bad port', (request: OutgoingRequest) => request.setAuthority('a:b')],
  ['an empty authority', (request: OutgoingRequest) => request.setAuthority('')],
] as const) {
  outgoing(`refuses ${what}`, () =>
    assert.is(
      thrownBy(() => set(new OutgoingRequest(new Fields()))),
      undefined,
    ),
  );
}

outgoing('takes what is well formed, and takes it back', () => {
  const request = new OutgoingRequest(new Fields());
  request.setMethod({ tag: 'other', val: 'PURGE' });
  request.setPathWithQuery('/é?b=%20');
  request.setAuthority('[::1]:8080');
  assert.equal(request.method(), { tag: 'other', val: 'PURGE' });
  assert.is(request.pathWithQuery(), '/é?b=%20');
  assert.is(request.authority(), '[::1]:8080');
  request.setPathWithQuery(undefined);
  request.setAuthority(undefined);
  assert.is(request.pathWithQuery(), undefined);
  assert.is(request.authority(), undefined);
});

outgoing('gives its body once; for the host it is empty when the guest never asked', () => {
  const asked = new OutgoingRequest(new Fields());
  const body = asked.body();
  assert.is(
    thrownBy(() => asked.body()),
    undefined,
  );
  assert.is(asked.takeBody(), body);
  assert.not.ok(body.pipe.hasEnded);
  assert.ok(new OutgoingRequest(new Fields()).takeBody().pipe.isEmpty);
});

outgoing('shows its headers as a child that refuses changes', () => {
  const request = new OutgoingRequest(new Fields(['a', '1']));
  assert.throws(
    () => request.headers().delete('a'),
    (error: unknown) => (error as { tag: string }).tag === 'immutable',
  );
});

outgoing.run();

const options = suite('RequestOptions');

options('keep each time limit apart', () => {
  const made = new RequestOptions();
  made.setConnectTimeout(1n);
  made.setFirstByteTimeout(2n);
  made.setBetweenBytesTimeout(3n);
  assert.equal([made.connectTimeout(), made.firstByteTimeout(), made.betweenBytesTimeout()], [1n, 2n, 3n]);
  made.setConnectTimeout(undefined);
  assert.is(made.connectTimeout(), undefined);
});

options.run();

const method = suite('parseMethod and formatMethod');

for (const text of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH', 'PURGE', 'get']) {
  method(`${text} comes back as it was`, () => assert.is(formatMethod(parseMethod(text)), text));
}

method('knows a method by its exact case', () => assert.equal(parseMethod('get'), { tag: 'other', val: 'get' }));

method.run();

const scheme = suite('formatScheme');

scheme('writes schemes in lower case', () => {
  assert.is(formatScheme({ tag: 'HTTPS' }), 'https');
  assert.is(formatScheme({ tag: 'other', val: 'WS' }), 'ws');
});

scheme.run();
