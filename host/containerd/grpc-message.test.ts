import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Code, StatusError } from '../ttrpc/status.ts';
import { encodeGrpcMessage, readGrpcMessages, statusFromHeaders } from './grpc-message.ts';

const messages = suite('readGrpcMessages');

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array, void> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

const body = Uint8Array.from([
  ...encodeGrpcMessage(Uint8Array.of(1, 2, 3)),
  ...encodeGrpcMessage(new Uint8Array()),
  ...encodeGrpcMessage(new Uint8Array(300).fill(7)),
]);

for (const size of [1, 4, 5, 6, 9, 1000]) {
  messages(`finds them in chunks of ${size}`, async () => {
    const found = await Array.fromAsync(readGrpcMessages(inChunks(body, size)), (message) => message.length);
    assert.equal(found, [3, 0, 300]);
  });
}

for (const [what, bytes, code] of [
  ['a body that is cut', body.subarray(0, -1), Code.UNAVAILABLE],
  ['a compressed message', Uint8Array.of(1, 0, 0, 0, 0), Code.UNIMPLEMENTED],
  ['a message without end', Uint8Array.of(0, 255, 0, 0, 0), Code.RESOURCE_EXHAUSTED],
] as const) {
  messages(`refuses ${what}`, async () => {
    const error = await Array.fromAsync(readGrpcMessages(inChunks(bytes, 3))).catch((error: unknown) => error);
    assert.is((error as StatusError).code, code);
  });
}

messages.run();

const statuses = suite('statusFromHeaders');

statuses('decodes code and message', () => {
  const status = statusFromHeaders({ 'grpc-status': '5', 'grpc-message': 'image %22a%22' });
  assert.instance(status, StatusError);
  assert.equal([(status as StatusError).code, (status as StatusError).message], [Code.NOT_FOUND, 'image "a"']);
});
statuses('keeps a message that is not encoded, and knows no other codes', () => {
  const status = statusFromHeaders({ 'grpc-status': '77', 'grpc-message': '100%' }) as StatusError;
  assert.equal([status.code, status.message], [Code.UNKNOWN, '100%']);
});
statuses('is ok, or not there', () => {
  assert.equal([statusFromHeaders({ 'grpc-status': '0' }), statusFromHeaders({})], ['ok', null]);
});

statuses.run();
