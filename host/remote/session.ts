// The remote process's side of the protocol. Knows nothing of the process it runs in.

import { encodeHead, MessageReader } from '../plan/message.ts';
import { type Fetch, get, RemoteError, readContent, requireOk } from './download.ts';
import { findVersion, getPackage } from './package-registry.ts';
import type { RemoteAnswer, RemoteRequest } from './protocol.ts';

/** Answers the requests of `input` until it ends. Throws when the input is not a sequence of requests. */
export async function serveSession(
  input: AsyncIterable<Uint8Array>,
  write: (bytes: Uint8Array) => Promise<void>,
  fetch: Fetch,
): Promise<void> {
  const reader = new MessageReader(input);
  const answer = (head: RemoteAnswer) => write(encodeHead(head));
  for (;;) {
    const request = await reader.readHead<RemoteRequest>();
    if (!request) return;
    try {
      await serve(request, answer, write, fetch);
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      await answer({ kind: 'failed', message: error.message, payload: 0 });
    }
  }
}

async function serve(
  request: RemoteRequest,
  answer: (head: RemoteAnswer) => Promise<void>,
  write: (bytes: Uint8Array) => Promise<void>,
  fetch: Fetch,
): Promise<void> {
  const { kind, source, defaultRegistry } = request;
  if (kind === 'version' && source.tag === 'registry') {
    const version = await findVersion(fetch, { ...source.val, defaultRegistry });
    return answer({ kind: 'version', version, payload: 0 });
  }
  for await (const chunk of fetchSource(request, fetch)) {
    await answer({ kind: 'data', payload: chunk.length });
    await write(chunk);
  }
  await answer({ kind: 'done', payload: 0 });
}

async function* fetchSource({ source, defaultRegistry }: RemoteRequest, fetch: Fetch) {
  if (source.tag === 'registry') {
    const { package: name, version } = source.val;
    yield* readContent(await getPackage(fetch, { ...source.val, defaultRegistry }), `${name}@${version}`);
  } else {
    const { url } = source.val;
    yield* readContent(requireOk(await get(fetch, url), url), url);
  }
}
