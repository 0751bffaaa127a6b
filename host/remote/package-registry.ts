// Finds a package of WebAssembly in a registry of OCI images, as wasm-pkg-tools names them
// (https://github.com/bytecodealliance/wasm-pkg-tools, https://github.com/opencontainers/distribution-spec/blob/main/spec.md).

import { type Fetch, get, RemoteError, readJson, requireOk } from './download.ts';
import { selectVersion } from './version-range.ts';

/** A package, and where it is looked for when nobody says. */
export type PackageQuery = {
  readonly registry?: string | undefined;
  readonly package: string;
  readonly version: string;
  readonly defaultRegistry: string | undefined;
};

/** Registries of namespaces that everybody has. */
const NAMESPACES: Readonly<Record<string, string>> = { wasi: 'wasi.dev', ba: 'bytecodealliance.org' };

/** The types of a layer that is a component. */
const COMPONENT_LAYERS: readonly string[] = [
  'application/wasm',
  'application/vnd.wasm.content.layer.v1+wasm',
  'application/vnd.bytecodealliance.wasm.component.layer.v0+wasm',
];

const MANIFEST_TYPES =
  'application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json';

/** Asks for a package's content. Throws a `RemoteError` when there is none of that name and version. */
export async function getPackage(fetch: Fetch, query: PackageQuery): Promise<Response> {
  const repository = await findRepository(fetch, query);
  const what = `${query.package}@${query.version}`;
  // A tag has no `+`, so that of a version with build data is written with `_`.
  const manifest = await repository.getJson(`manifests/${query.version.replace('+', '_')}`, what, MANIFEST_TYPES);
  const layers = (manifest as { readonly layers?: unknown }).layers;
  const [layer, ...others] = (Array.isArray(layers) ? layers : []).filter(({ mediaType }) =>
    COMPONENT_LAYERS.includes(mediaType),
  );
  if (typeof layer?.digest !== 'string' || others.length > 0) {
    throw new RemoteError(`${what}: the package is not one component`);
  }
  return repository.get(`blobs/${layer.digest}`, what, '*/*');
}

/** Returns the latest version of a package within a range. Throws a `RemoteError` when there is none. */
export async function findVersion(fetch: Fetch, query: PackageQuery): Promise<string> {
  const repository = await findRepository(fetch, query);
  const answer = await repository.getJson('tags/list', query.package, 'application/json');
  const { tags } = answer as { readonly tags?: unknown };
  const versions = (Array.isArray(tags) ? tags : []).map((tag) => String(tag).replace('_', '+'));
  const found = selectVersion(query.version, versions);
  if (found !== undefined) return found;
  throw new RemoteError(`no version of ${query.package} is within ${JSON.stringify(query.version)}`);
}

/** What the registry of a package calls its repository, and how to read from it. */
async function findRepository(fetch: Fetch, query: PackageQuery): Promise<Repository> {
  const [namespace = '', name = ''] = query.package.split(':');
  const registry = query.registry ?? NAMESPACES[namespace] ?? query.defaultRegistry;
  if (registry === undefined) {
    throw new RemoteError(
      `no registry is known for the namespace ${JSON.stringify(namespace)}: name one with \`registry\``,
    );
  }
  const metadata = await readMetadata(fetch, registry);
  const { preferredProtocol = 'oci', oci = {} } = metadata;
  if (preferredProtocol !== 'oci') {
    throw new RemoteError(`the registry ${registry} speaks ${String(preferredProtocol)}, and only oci is understood`);
  }
  return new Repository(fetch, oci.registry ?? registry, `${oci.namespacePrefix ?? ''}${namespace}/${name}`);
}

type Metadata = {
  readonly preferredProtocol?: string;
  readonly oci?: { readonly registry?: string; readonly namespacePrefix?: string };
};

/** A registry that says nothing about itself is one of OCI images. */
async function readMetadata(fetch: Fetch, registry: string): Promise<Metadata> {
  try {
    const response = await get(fetch, `${originOf(registry)}/.well-known/wasm-pkg/registry.json`);
    if (!response.ok) return {};
    return ((await readJson(response, registry)) ?? {}) as Metadata;
  } catch (error) {
    if (error instanceof RemoteError) return {};
    throw error;
  }
}

/** A repository of a registry, read by anybody: a token is asked for where the registry wants one. */
class Repository {
  readonly #fetch: Fetch;
  readonly #base: string;
  #token: string | undefined;

  constructor(fetch: Fetch, registry: string, name: string) {
    this.#fetch = fetch;
    this.#base = `${originOf(registry)}/v2/${name}`;
  }

  async getJson(path: string, what: string, accept: string): Promise<unknown> {
    return readJson(await this.get(path, what, accept), what);
  }

  async get(path: string, what: string, accept: string): Promise<Response> {
    const url = `${this.#base}/${path}`;
    const send = () => {
      const authorization = this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` };
      return get(this.#fetch, url, { accept, ...authorization });
    };
    const response = await send();
    if (response.status !== 401 || this.#token !== undefined) return requireOk(response, what);
    await response.body?.cancel();
    this.#token = await this.#askToken(response.headers.get('www-authenticate') ?? '', what);
    return requireOk(await send(), what);
  }

  /** Token authentication (https://distribution.github.io/distribution/spec/auth/token/). */
  async #askToken(challenge: string, what: string): Promise<string> {
    const parameters = new Map(
      [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]),
    );
    const realm = URL.parse(parameters.get('realm') ?? '');
    if (!/^bearer /i.test(challenge) || realm === null) {
      throw new RemoteError(`${what}: the registry wants credentials, and this node has none`);
    }
    for (const key of ['service', 'scope']) {
      const value = parameters.get(key);
      if (value !== undefined) realm.searchParams.set(key, value);
    }
    const answer = await readJson(requireOk(await get(this.#fetch, realm.href), what), what);
    const { token, access_token: other } = answer as { readonly token?: unknown; readonly access_token?: unknown };
    const found = token ?? other;
    if (typeof found === 'string') return found;
    throw new RemoteError(`${what}: the registry gives no token`);
  }
}

/** A registry on the machine itself is spoken to without TLS, as other clients do. */
function originOf(registry: string): string {
  const isLocal = /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/.test(registry);
  return `${isLocal ? 'http' : 'https'}://${registry}`;
}
