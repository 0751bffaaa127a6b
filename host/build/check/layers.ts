// The one direction of imports: a room may import from rooms below it, never from one above. Pure; check.ts reads the files.

/** From the top to the bottom. Rooms in one row may import each other. Tests are exempt. */
const LAYERS: readonly (readonly string[])[] = [
  ['bench', 'host/build', 'host/conformance', 'host/demo', 'host/e2e', 'host/image', 'host/testing', 'host/vm'],
  ['host/main.ts'],
  ['host/install'],
  ['host/shim'],
  ['host/task'],
  ['host/oci'],
  ['host/worker'],
  ['host/trigger'],
  ['host/factor'],
  ['host/remote'],
  ['host/artifact'],
  ['host/containerd'],
  ['host/plan'],
  ['host/engine'],
  ['host/wasi'],
  ['host/bundle', 'host/cgroup', 'host/events', 'host/stdio', 'host/telemetry'],
  ['host/ttrpc'],
  ['host/ffi'],
  ['guest-runtime/main.ts'],
  ['guest-runtime/app'],
  ['guest-runtime/dispatch'],
  ['guest-runtime/link', 'guest-runtime/manifest', 'guest-runtime/policy'],
  ['host/gen', 'host/invocation.ts', 'host/protobuf'],
  ['host/bytes.ts', 'host/number-setting.ts', 'host/sha256.ts'],
];

const IMPORT = /(?:\bfrom |\bimport\(|^import )'(\.[^']+)'/gm;

/** The layer of a path, counted from the top; undefined for a room that has no place yet. */
function layerOf(path: string): number | undefined {
  const room = roomOf(path);
  const layer = LAYERS.findIndex((rooms) => rooms.includes(room));
  return layer < 0 ? undefined : layer;
}

function roomOf(path: string): string {
  const parts = path.split('/');
  return parts[0] === 'bench' ? 'bench' : parts.slice(0, 2).join('/');
}

/** Gives a line for each import that goes upwards, and for each file of a room without a layer. Paths are the repository's. */
export function findLayerFaults(files: ReadonlyMap<string, string>): string[] {
  return [...files].flatMap(([path, text]) => {
    if (/\.(?:test|e2e)\.ts$|\/testing\//.test(path)) return [];
    const own = layerOf(path);
    if (own === undefined) return [`${path}: ${roomOf(path)} has no layer: give it one in host/build/check/layers.ts`];
    return importsOf(path, text)
      .filter((target) => (layerOf(target) ?? own) < own)
      .map((target) => `${path}: imports ${target}, which is above it`);
  });
}

/** Whether a path is of the tools around the product. */
export function isTool(path: string): boolean {
  return layerOf(path) === 0 || path.includes('/testing/');
}

/** Resolves the relative imports of a file to the repository's paths. */
function importsOf(path: string, text: string): string[] {
  return [...text.matchAll(IMPORT)].map(([, specifier = '']) => {
    const { pathname } = new URL(specifier, `file:///${path}`);
    return pathname.slice(1);
  });
}
