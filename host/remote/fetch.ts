// Brings components from elsewhere into the cache. The remote process fetches; here the bytes are hashed and kept.

import { DigestReader } from '../artifact/verify.ts';
import { createDraft, readContents } from '../plan/cache.ts';
import type { Command } from '../plan/executable.ts';
import {
  exactVersionOf,
  type FetchRemotes,
  REMOTE_FILE,
  type RemoteResult,
  type RemoteSource,
  remoteFolder,
} from '../plan/remote-source.ts';
import { RoleProcess } from '../plan/role-process.ts';
import { RemoteError } from './download.ts';
import type { RemoteAnswer, RemoteRequest } from './protocol.ts';

/** How sources are fetched. */
export type FetchRemotesOptions = {
  readonly cacheDirectory: string;
  /** How to start the remote process. */
  readonly command: Command;
  /** The registry of packages that name none. */
  readonly defaultRegistry: string | undefined;
};

/** Creates what fetches. It rejects with a `StatusError` when its process dies; a source that cannot be had is a result. */
export function createFetchRemotes(options: FetchRemotesOptions): FetchRemotes {
  return async (sources) => {
    const process = new RoleProcess(options.command, 'cannot fetch components');
    try {
      const results: RemoteResult[] = [];
      for (const source of sources) results.push(await fetchOrSay(process, source, options));
      return results;
    } finally {
      await process.close();
    }
  };
}

async function fetchOrSay(
  process: RoleProcess,
  source: RemoteSource,
  options: FetchRemotesOptions,
): Promise<RemoteResult> {
  try {
    return { directory: await fetchOne(process, await makeExact(process, source, options), options) };
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    return { message: error.message, fix: 'check the source, and that this node can reach it' };
  }
}

/** Turns a range of versions into the latest one in it. */
async function makeExact(
  process: RoleProcess,
  source: RemoteSource,
  { defaultRegistry }: FetchRemotesOptions,
): Promise<RemoteSource> {
  if (source.tag === 'url') return source;
  const known = exactVersionOf(source.val.version);
  if (known !== undefined) return { ...source, val: { ...source.val, version: known } };
  const request: RemoteRequest = { kind: 'version', source, defaultRegistry, payload: 0 };
  await process.send(request);
  const answer = await process.readHead<RemoteAnswer>();
  if (answer.kind === 'version') return { ...source, val: { ...source.val, version: answer.version } };
  throw new RemoteError(answer.kind === 'failed' ? answer.message : 'the registry names no version');
}

async function fetchOne(
  process: RoleProcess,
  source: RemoteSource,
  { cacheDirectory: cache, defaultRegistry }: FetchRemotesOptions,
): Promise<string> {
  const directory = remoteFolder(cache, source);
  if (directory === null) throw new RemoteError('the registry names no whole version');
  if (await readContents(directory)) return directory;
  const draft = await createDraft(cache, directory);
  try {
    const request: RemoteRequest = { kind: 'content', source, defaultRegistry, payload: 0 };
    await process.send(request);
    const reader = new DigestReader();
    await draft.writeUnnamed(reader.read(readContent(process)), () => REMOTE_FILE);
    const digest = `sha256:${reader.finish()}`;
    if (source.tag === 'url' && source.val.digest !== digest) {
      throw new RemoteError(`what ${source.val.url} has is not what was asked for: its digest is ${digest}`);
    }
    await draft.commit();
    return directory;
  } finally {
    await draft.discard();
  }
}

/** The content of an answer. Throws a `RemoteError` with what the process says is wrong. */
async function* readContent(process: RoleProcess): AsyncGenerator<Uint8Array, void> {
  for (;;) {
    const head = await process.readHead<RemoteAnswer>();
    if (head.kind === 'failed') throw new RemoteError(head.message);
    if (head.kind !== 'data') return;
    yield* process.readPayload(head.payload);
  }
}
