// The artifact process's side of the protocol. Knows nothing of the process it runs in.

import { encodeHead, MessageReader } from '../plan/message.ts';
import { Code, StatusError, statusFromError } from '../ttrpc/status.ts';
import { chooseManifest, findLayers, parseManifestOrIndex } from './image-manifest.ts';
import type { ArtifactAnswer, ArtifactRequest, ManifestAnswer } from './protocol.ts';
import { readTar } from './tar-reader.ts';

type Write = (bytes: Uint8Array) => Promise<void>;

/** Answers the requests of `input` until it ends, or until one fails. Throws when the input is not a sequence of requests. */
export async function serveSession(input: AsyncIterable<Uint8Array>, write: Write): Promise<void> {
  const reader = new MessageReader(input);
  for (;;) {
    const request = await reader.readHead<ArtifactRequest>();
    if (!request) return;
    try {
      if (request.kind === 'unpack') await unpack(reader.readPayload(request.payload), write);
      else await answer(write, readManifest(await reader.readBytes(request.payload), request.architecture));
    } catch (error) {
      return await answer(write, { kind: 'failed', ...statusFromError(error), payload: 0 });
    }
  }
}

function answer(write: Write, head: ArtifactAnswer): Promise<void> {
  return write(encodeHead(head));
}

function readManifest(bytes: Uint8Array, architecture: string): ManifestAnswer {
  const found = parseManifestOrIndex(new TextDecoder().decode(bytes));
  if ('layers' in found) {
    const layers = findLayers(found);
    return layers ? { kind: 'layers', layers, payload: 0 } : { kind: 'none', payload: 0 };
  }
  const next = chooseManifest(found.manifests, architecture);
  return next ? { kind: 'index', next, payload: 0 } : { kind: 'none', payload: 0 };
}

async function unpack(archive: AsyncIterable<Uint8Array>, write: Write): Promise<void> {
  const chunks = gunzip(archive);
  for await (const { content } of readTar(chunks)) {
    await answer(write, { kind: 'file', payload: 0 });
    for await (const chunk of content) {
      await answer(write, { kind: 'data', payload: chunk.length });
      await write(chunk);
    }
  }
  // What follows the archive's end was announced, too.
  for await (const _ of chunks);
  for await (const _ of archive);
  await answer(write, { kind: 'done', payload: 0 });
}

async function* gunzip(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const bytes = ReadableStream.from(chunks) as ReadableStream<Uint8Array<ArrayBuffer>>;
  try {
    yield* bytes.pipeThrough(new DecompressionStream('gzip'));
  } catch (cause) {
    if (cause instanceof StatusError) throw cause;
    const message = 'an archive of files cannot be unpacked: it is not gzip';
    throw new StatusError(Code.INVALID_ARGUMENT, message, { cause });
  }
}
