// A registry of OCI images on the loopback, with packages of WebAssembly as `wkg publish` leaves them.

import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A registry that runs until it is disposed of. */
export interface TestRegistry extends AsyncDisposable {
  /** `host:port`. */
  readonly name: string;
  /** Paths that were asked for, in order. */
  readonly asked: readonly string[];
}

/** What a registry has and how it behaves. */
export type RegistryOptions = {
  /** Content by `namespace/name:tag`. */
  readonly packages?: Readonly<Record<string, Uint8Array>>;
  /** Answers by path, before anything else. */
  readonly files?: Readonly<Record<string, Uint8Array | object>>;
  /** Whether it answers only to who has a token. */
  readonly wantsToken?: boolean;
};

const LAYER = { mediaType: 'application/wasm' };

/** Starts one. */
export async function startRegistry(options: RegistryOptions): Promise<TestRegistry> {
  const { packages = {}, files = {}, wantsToken = false } = options;
  const asked: string[] = [];
  const answers = new Map<string, Uint8Array | object>(Object.entries(files));
  for (const [reference, content] of Object.entries(packages)) {
    const [repository = '', tag = ''] = reference.split(':');
    const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
    const layer = { ...LAYER, digest, size: content.length };
    answers.set(`/v2/${repository}/blobs/${digest}`, content);
    answers.set(`/v2/${repository}/manifests/${tag}`, { schemaVersion: 2, config: {}, layers: [layer] });
    const known = answers.get(`/v2/${repository}/tags/list`) as { tags: string[] } | undefined;
    answers.set(`/v2/${repository}/tags/list`, { name: repository, tags: [...(known?.tags ?? []), tag] });
  }
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const isOpen = !wantsToken || !path.startsWith('/v2/') || request.headers.authorization === 'Bearer let-me-in';
    if (isOpen) answer(path, answers, response);
    else challenge(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    name: `127.0.0.1:${port}`,
    asked,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function answer(path: string, answers: ReadonlyMap<string, Uint8Array | object>, response: ServerResponse): void {
  const found = path.startsWith('/token?') ? { token: 'let-me-in' } : answers.get(path);
  if (found === undefined) response.writeHead(404).end('{}');
  else response.writeHead(200).end(found instanceof Uint8Array ? found : JSON.stringify(found));
}

function challenge({ headers: { host } }: IncomingMessage, response: ServerResponse): void {
  const realm = `Bearer realm="http://${host}/token",service="registry",scope="repository:x:pull"`;
  response.writeHead(401, { 'www-authenticate': realm }).end('{}');
}
