// With answers in place of containerd's; host/e2e/cache.e2e.ts asks a real one.
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type ServerHttp2Stream } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ListImagesResponse } from '../gen/containerd.services.images.v1.ts';
import { Code, type StatusError } from '../ttrpc/status.ts';
import type { Connection } from './connection.ts';
import { encodeGrpcMessage } from './grpc-message.ts';
import { createPresence, findImage } from './image.ts';

const target = { mediaType: 'manifest', digest: 'sha256:a', size: 7n, annotations: {} };

/** Answers with a container of the image `name`, and with what that is. */
function connectionTo(name: string, image: object | undefined): Pick<Connection, 'call'> {
  const call = async (service: { name: string }) =>
    service.name.endsWith('Containers') ? { container: { id: 'c1', image: name } } : { image };
  return { call } as unknown as Pick<Connection, 'call'>;
}

const images = suite('findImage');

images('gives what the name of an image stands for', async () => {
  const found = await findImage(connectionTo('app:1', { name: 'app:1', target }), 'c1');
  assert.equal(found, { name: 'app:1', target: { mediaType: 'manifest', digest: 'sha256:a', size: 7 } });
});

images('gives nothing for a container without an image', async () => {
  assert.is(await findImage(connectionTo('', undefined), 'c1'), null);
});

images('rejects when containerd does not say what the image is', async () => {
  const error = await findImage(connectionTo('app:1', undefined), 'c1').catch((error: StatusError) => error);
  assert.is((error as StatusError).code, Code.NOT_FOUND);
});

images.run();

const presence = suite<{ folder: string }>('createPresence');

presence.before.each(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), 'presence-'));
});
presence.after.each(({ folder }) => rm(folder, { recursive: true }));

presence('asks each containerd once in each namespace', async ({ folder }) => {
  const address = join(folder, 'c.sock');
  const asked: unknown[] = [];
  const server = createServer();
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    const namespace = headers['containerd-namespace'];
    asked.push(namespace);
    stream.respond({ ':status': 200 }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    const images = namespace === 'full' ? [{ name: 'app:1', target }] : [];
    stream.end(encodeGrpcMessage(ListImagesResponse.encode({ images })));
  });
  await new Promise<void>((resolve) => server.listen(address, resolve));
  const find = createPresence();
  const digests = ['sha256:a', 'sha256:b'];
  const full = await Promise.all(digests.map((digest) => find({ address, namespace: 'full', digest })));
  assert.equal(full, ['present', 'absent']);
  assert.is(await find({ address, namespace: 'empty', digest: 'sha256:a' }), 'absent');
  assert.equal(asked, ['full', 'empty']);
  server.close();
});

presence('does not know what a containerd has that is not there', async ({ folder }) => {
  const image = { address: join(folder, 'nothing.sock'), namespace: 'x', digest: 'sha256:a' };
  assert.is(await createPresence()(image), 'unknown');
});

presence.run();
