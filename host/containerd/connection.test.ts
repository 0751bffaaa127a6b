// Against HTTP/2 servers that answer well, badly and not at all; host/e2e/artifacts.e2e.ts talks to real ones.
import { mkdtemp, rm } from 'node:fs/promises';
import { constants, createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Containers, GetContainerRequest, GetContainerResponse } from '../gen/containerd.services.containers.v1.ts';
import { Content, ReadContentResponse } from '../gen/containerd.services.content.v1.ts';
import { Code, type StatusError } from '../ttrpc/status.ts';
import { Connection } from './connection.ts';
import { encodeGrpcMessage, readGrpcMessages } from './grpc-message.ts';

type Context = { folder: string; address: string; server: Http2Server };

const connections = suite<Context>('Connection');

connections.before.each(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), 'grpc-'));
  context.address = join(context.folder, 'containerd.sock');
  context.server = createServer();
});
connections.after.each(async ({ folder, server }) => {
  server.close();
  await rm(folder, { recursive: true });
});

/** Lets the server answer each call with these messages and then these trailers. */
async function serve(
  { server, address }: Context,
  messages: readonly Uint8Array[],
  trailers: Readonly<Record<string, string>>,
): Promise<string[]> {
  const calls: string[] = [];
  server.on('stream', async (stream: ServerHttp2Stream, headers) => {
    for await (const message of readGrpcMessages(stream)) {
      const { id } = GetContainerRequest.decode(message);
      calls.push(`${headers[':path']} ${headers['containerd-namespace']} ${id}`);
    }
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    for (const message of messages) stream.write(encodeGrpcMessage(message));
    stream.end();
  });
  await new Promise<void>((resolve) => server.listen(address, resolve));
  return calls;
}

async function failureOf(address: string): Promise<StatusError> {
  using connection = new Connection(address, 'k8s.io', 100);
  const call = connection.call(Containers, Containers.methods.get, { id: 'c1' });
  return (await call.catch((error: unknown) => error)) as StatusError;
}

connections('calls a method within its namespace', async (context) => {
  const answer = GetContainerResponse.encode({ container: { id: 'c1', image: 'app:1' } });
  const calls = await serve(context, [answer], { 'grpc-status': '0' });
  using connection = new Connection(`unix://${context.address}`, 'k8s.io');
  const { container } = await connection.call(Containers, Containers.methods.get, { id: 'c1' });
  assert.is(container?.image, 'app:1');
  assert.equal(calls, ['/containerd.services.containers.v1.Containers/Get k8s.io c1']);
});

connections('reads a stream of messages', async (context) => {
  const pieces = [1, 2, 3].map((byte) => ReadContentResponse.encode({ data: Uint8Array.of(byte) }));
  await serve(context, pieces, { 'grpc-status': '0' });
  using connection = new Connection(context.address, 'k8s.io');
  const stream = connection.stream(Content, Content.methods.read, { digest: 'sha256:x' });
  assert.equal(await Array.fromAsync(stream, ({ data }) => data[0]), [1, 2, 3]);
});

connections('reads more than the other side may send at once', async (context) => {
  const data = new Uint8Array(3 * 2 ** 20);
  const pieces = Array.from({ length: 5 }, () => ReadContentResponse.encode({ data }));
  await serve(context, pieces, { 'grpc-status': '0' });
  using connection = new Connection(context.address, 'k8s.io');
  const stream = connection.stream(Content, Content.methods.read, { digest: 'sha256:x' });
  assert.equal(await Array.fromAsync(stream, ({ data }) => data.length), Array(5).fill(data.length));
});

connections('reads a message of headers that takes several frames', async (context) => {
  const reason = 'no container '.repeat(3000);
  await serve(context, [], { 'grpc-status': '5', 'grpc-message': reason });
  const { code, message } = await failureOf(context.address);
  assert.equal([code, message], [Code.NOT_FOUND, reason]);
});

connections('rejects when the call is ended', async (context) => {
  context.server.on('stream', (stream) => {
    stream.on('error', () => undefined).close(constants.NGHTTP2_REFUSED_STREAM);
  });
  await new Promise<void>((resolve) => context.server.listen(context.address, resolve));
  assert.is((await failureOf(context.address)).code, Code.UNAVAILABLE);
});

connections('rejects with the status', async (context) => {
  await serve(context, [], { 'grpc-status': '5', 'grpc-message': 'no container %22c1%22' });
  const { code, message } = await failureOf(context.address);
  assert.equal([code, message], [Code.NOT_FOUND, 'no container "c1"']);
});

connections('rejects when the answer has no status', async (context) => {
  await serve(context, [], {});
  assert.is((await failureOf(context.address)).code, Code.UNAVAILABLE);
});

connections('rejects when containerd is silent', async (context) => {
  context.server.on('stream', () => undefined);
  await new Promise<void>((resolve) => context.server.listen(context.address, resolve));
  assert.is((await failureOf(context.address)).code, Code.DEADLINE_EXCEEDED);
});

connections('rejects when there is no containerd', async (context) => {
  const { code, message } = await failureOf(context.address);
  assert.is(code, Code.UNAVAILABLE);
  assert.match(message, 'cannot reach containerd: connect ENOENT');
});

connections.run();
