import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createMonotonicClock } from '../clocks.ts';
import { FutureTrailers } from '../http/body.ts';
import { BodyPipe } from '../http/body-pipe.ts';
import { Fields } from '../http/fields.ts';
import { EmptyBodySource } from '../http/message-source.ts';
import type { OutgoingRequest, RequestOptions } from '../http/request.ts';
import { FutureIncomingResponse, IncomingResponse } from '../http/response.ts';
import { httpTypes } from '../http/types.ts';
import { InstanceScope } from '../instance-scope.ts';
import { IoError } from '../io/error.ts';
import { io } from '../io/index.ts';
import { BytesSource, InputStream } from '../io/input-stream.ts';
import { OutputStream } from '../io/output-stream.ts';
import { rejectionOf, thrownBy } from '../testing/thrown.ts';
import { offerSnapshots } from './snapshot.ts';

const sent: { request: OutgoingRequest; options: RequestOptions | undefined }[] = [];
let answer: () => FutureIncomingResponse = () => new FutureIncomingResponse();

const current = {
  ...io,
  'wasi:http/types@0.2': httpTypes,
  'wasi:clocks/monotonic-clock@0.2': createMonotonicClock(new InstanceScope()),
  'wasi:http/outgoing-handler@0.2': {
    handle(request: OutgoingRequest, options: RequestOptions | undefined) {
      sent.push({ request, options });
      return answer();
    },
  },
};

// biome-ignore lint/suspicious/noExplicitAny: called by name, as an engine does
type Loose = any;

function offer(name: string, date: string): Loose {
  const full = `${name}@0.2.0-rc-${date}`;
  return offerSnapshots([full], current)[full];
}

/** Calls a method as the engine does: that of the class offered, on an object of 0.2. */
function callOn(resource: Loose, method: string, self: object, ...args: readonly unknown[]): Loose {
  return resource.prototype[method].call(self, ...args);
}

const snapshots = suite('offerSnapshots');

snapshots('offers an interface that is the same under its old name, and nothing that is not there', () => {
  const names = [
    'wasi:io/poll@0.2.0-rc-2023-11-10',
    'wasi:io/poll@0.2.0-rc-2023-12-05',
    'wasi:nn/x@0.2.0-rc-2023-10-18',
  ];
  const imports = offerSnapshots(names, current);
  assert.is(imports['wasi:io/poll@0.2.0-rc-2023-11-10'], io['wasi:io/poll@0.2']);
  assert.equal(Object.keys(imports), [...Object.keys(current), names[0]]);
});

snapshots.run();

const november = suite('wasi:http/types of 2023-11-10');

november('takes time limits in milliseconds', () => {
  const { RequestOptions } = offer('wasi:http/types', '2023-11-10');
  const options = new RequestOptions();
  for (const limit of ['ConnectTimeout', 'FirstByteTimeout', 'BetweenBytesTimeout']) {
    options[`set${limit}Ms`](1500n);
    assert.is(options[`${limit[0]?.toLowerCase()}${limit.slice(1)}Ms`](), 1500n);
    options[`set${limit}Ms`](undefined);
    assert.is(options[`${limit[0]?.toLowerCase()}${limit.slice(1)}Ms`](), undefined);
  }
  options.setConnectTimeoutMs(2n);
  assert.is(options.connectTimeout(), 2_000_000n);
});

november('gives trailers without an outer result, once', () => {
  const types = offer('wasi:http/types', '2023-11-10');
  const future = new FutureTrailers(new EmptyBodySource());
  assert.equal(callOn(types.FutureTrailers, 'get', future), { tag: 'ok', val: undefined });
  assert.instance(
    thrownBy(() => callOn(types.FutureTrailers, 'get', future)),
    Error,
  );
});

november.run();

const october = suite('wasi:http of 2023-10-18');
const { Fields: OldFields, ...types } = offer('wasi:http/types', '2023-10-18');

october('fills fields when they are made', () => {
  const fields = new OldFields([
    ['A', new Uint8Array([0x62])],
    ['a', new Uint8Array([0x63])],
  ]);
  assert.equal(fields.raw(), ['a', 'b', 'a', 'c']);
  assert.instance(
    thrownBy(() => new OldFields([['a b', new Uint8Array()]])),
    Error,
  );
});

october('makes requests and responses of borrowed headers', () => {
  const headers = new OldFields([['a', new Uint8Array([0x62])]]);
  const request = new types.OutgoingRequest({ tag: 'post' }, '/x', { tag: 'HTTP' }, 'example.com', headers);
  assert.equal([request.method().tag, request.pathWithQuery(), request.authority()], ['post', '/x', 'example.com']);
  assert.is(request.write().pipe.hasEnded, false);
  const response = new types.OutgoingResponse(204, headers);
  assert.equal([response.statusCode(), response.rawHeaders()], [204, ['a', 'b']]);
  headers.append('c', new Uint8Array());
  assert.equal(request.rawHeaders(), ['a', 'b']);
});

october('traps where a message cannot be', () => {
  const request = (method: object, path: string, scheme: object, authority: string) => () =>
    new types.OutgoingRequest(method, path, scheme, authority, new Fields());
  const [get, http] = [{ tag: 'get' }, { tag: 'HTTP' }];
  assert.match((thrownBy(request({ tag: 'other', val: 'a b' }, '/', http, 'a')) as Error).message, 'invalid method');
  assert.match((thrownBy(request(get, '/a b', http, 'a')) as Error).message, 'invalid path');
  assert.match((thrownBy(request(get, '/', { tag: 'other', val: ':' }, 'a')) as Error).message, 'invalid scheme');
  assert.match((thrownBy(request(get, '/', http, 'a/b')) as Error).message, 'invalid authority');
  assert.match((thrownBy(() => new types.OutgoingResponse(1000, new Fields())) as Error).message, 'invalid status');
});

october('gives empty trailers where there are none', () => {
  const trailers = callOn(types.FutureTrailers, 'get', new FutureTrailers(new EmptyBodySource()));
  assert.equal([trailers.tag, trailers.val.raw()], ['ok', []]);
});

october('tells an error of a response as a text', () => {
  const future = new FutureIncomingResponse();
  assert.is(callOn(types.FutureIncomingResponse, 'get', future), undefined);
  future.settle({ tag: 'err', val: { tag: 'connection-refused' } });
  const val = { tag: 'err', val: { tag: 'unexpected-error', val: 'connection-refused' } };
  assert.equal(callOn(types.FutureIncomingResponse, 'get', future), { tag: 'ok', val });
  assert.equal(callOn(types.FutureIncomingResponse, 'get', future), { tag: 'err', val: undefined });
});

october('gives a response as it is', () => {
  const [future, response] = [
    new FutureIncomingResponse(),
    new IncomingResponse(200, new Fields(), new EmptyBodySource()),
  ];
  future.settle({ tag: 'ok', val: response });
  assert.is(callOn(types.FutureIncomingResponse, 'get', future).val.val, response);
});

october('sends requests with time limits in milliseconds, and tells an error as a text', () => {
  const { handle } = offer('wasi:http/outgoing-handler', '2023-10-18');
  const request = new types.OutgoingRequest({ tag: 'get' }, undefined, undefined, 'a', new Fields());
  handle(request, { connectTimeoutMs: 7 });
  handle(request, undefined);
  assert.is(sent[0]?.options?.connectTimeout(), 7_000_000n);
  assert.is(sent[0]?.options?.firstByteTimeout(), undefined);
  assert.is(sent[1]?.options, undefined);
  answer = () => {
    throw { tag: 'HTTP-request-URI-invalid' };
  };
  assert.equal(
    thrownBy(() => handle(request, undefined)),
    {
      tag: 'unexpected-error',
      val: 'HTTP-request-URI-invalid',
    },
  );
});

october.run();

const system = suite('wasi:io and wasi:clocks of 2023-10-18');

system('wait for one pollable or for some', async () => {
  const { pollOne, pollList } = offer('wasi:io/poll', '2023-10-18');
  const { subscribe, now } = offer('wasi:clocks/monotonic-clock', '2023-10-18');
  await pollOne(subscribe(1_000_000n, false));
  assert.equal(await pollList([subscribe(10n ** 12n, false), subscribe(now(), true)]), new Uint32Array([1]));
});

const streams = offer('wasi:io/streams', '2023-10-18');

for (const method of ['splice', 'blockingSplice', 'forward']) {
  system(`take the stream that is given to ${method}`, async () => {
    const [source, pipe] = [new BytesSource(new Uint8Array(9)), new BodyPipe()];
    const moved = await callOn(streams.OutputStream, method, new OutputStream(pipe), new InputStream(source), 5n);
    assert.is(moved, method === 'forward' ? 9n : 5n);
    assert.is(pipe.writtenBytes, Number(moved));
    assert.is(source.take(1), undefined);
  });
}

system('tell a failure while they forward', async () => {
  class Broken extends BytesSource {
    protected override failure = new IoError('broken');
  }
  const source = new InputStream(new Broken(new Uint8Array(3)));
  const forward = callOn(streams.OutputStream, 'forward', new OutputStream(new BodyPipe()), source);
  assert.is(((await rejectionOf(forward)) as { tag: string }).tag, 'last-operation-failed');
});

system.run();
