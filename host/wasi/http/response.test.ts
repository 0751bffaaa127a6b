import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { InstanceCancelled } from '../instance-scope.ts';
import { thrownBy } from '../testing/thrown.ts';
import { Fields } from './fields.ts';
import { EmptyBodySource } from './message-source.ts';
import { FutureIncomingResponse, IncomingResponse, OutgoingResponse } from './response.ts';

function createIncoming(): IncomingResponse {
  return new IncomingResponse(201, new Fields(['a', '1'], true), new EmptyBodySource());
}

const outgoing = suite('OutgoingResponse');

outgoing('has status 200 until another is set', () => {
  const response = new OutgoingResponse(new Fields());
  assert.is(response.statusCode(), 200);
  response.setStatusCode(404);
  assert.is(response.statusCode(), 404);
});

for (const status of [0, 99, 1000, 65_535]) {
  outgoing(`refuses status ${status}`, () =>
    assert.is(
      thrownBy(() => new OutgoingResponse(new Fields()).setStatusCode(status)),
      undefined,
    ),
  );
}

outgoing.run();

const future = suite('FutureIncomingResponse');

future('has nothing before it is settled', () => {
  const response = new FutureIncomingResponse();
  assert.is(response.get(), undefined);
  assert.not.ok(response.subscribe().ready());
});

future('gives the first result, once', () => {
  const response = new FutureIncomingResponse();
  const incoming = createIncoming();
  response.settle({ tag: 'ok', val: incoming });
  response.settle({ tag: 'err', val: { tag: 'connection-refused' } });
  assert.ok(response.subscribe().ready());
  assert.is((response.get() as { val: { val: unknown } }).val.val, incoming);
  assert.equal(response.get(), { tag: 'err', val: undefined });
});

future('wakes whoever waits for it', async () => {
  const response = new FutureIncomingResponse();
  const waiting = response.subscribe().block();
  response.settle({ tag: 'err', val: { tag: 'connection-refused' } });
  await waiting;
});

future('traps whoever waits for it when the instance is given up', async () => {
  const response = new FutureIncomingResponse();
  const waiting = (response.subscribe().block() as Promise<void>).catch((error: unknown) => error);
  response.cancel();
  assert.instance(await waiting, InstanceCancelled);
});

future('says when it is dropped before its result, and only then', () => {
  let drops = 0;
  const [dropped, settled] = [new FutureIncomingResponse(), new FutureIncomingResponse()];
  for (const response of [dropped, settled]) response.onDrop = () => drops++;
  settled.settle({ tag: 'ok', val: createIncoming() });
  settled[Symbol.dispose]();
  dropped[Symbol.dispose]();
  assert.is(drops, 1);
});

future.run();

const incoming = suite('IncomingResponse');

incoming('shows what came and gives its body once', () => {
  const response = createIncoming();
  assert.is(response.status(), 201);
  assert.equal(response.headers().raw(), ['a', '1']);
  response.consume();
  assert.is(
    thrownBy(() => response.consume()),
    undefined,
  );
});

incoming.run();
