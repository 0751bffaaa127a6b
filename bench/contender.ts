// The two that are compared: the test app under this shim, and the same answer served by Node in a container under the runc shim.
import { execFileSync } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { TarEntry } from '../host/image/tar.ts';
import { TEST_APP } from '../host/testing/app.ts';
import { type Containerd, SPIN_RUNTIME } from '../host/testing/containerd.ts';
import { importApp, importEntries } from '../host/testing/images.ts';

/** Something that answers over HTTP from a container. */
export type Contender = {
  readonly runtime: string;
  readonly image: string;
  /** Environment of the container that makes it listen there. */
  readonly listen: (address: string) => readonly string[];
};

/** The server that contenders are compared with: Node alone, with the test app's answer. `ADDRESS` says where it listens. */
export const NODE_SERVER = join(import.meta.dirname, 'node-server.cjs');

/** An app of the JavaScript SDK. */
export const JAVASCRIPT_APP = 'fixtures/apps/hello-js';

/** Imports an app; the test app when left out. */
export async function importSpinApp(containerd: Containerd, folder = TEST_APP): Promise<Contender> {
  const image = await importApp(containerd, folder);
  // The JavaScript app does not start without.
  const environment = ['SPIN_VARIABLE_TOKEN=none'];
  return { runtime: SPIN_RUNTIME, image, listen: (address) => [`SPIN_HTTP_LISTEN_ADDR=${address}`, ...environment] };
}

/** Imports an image with this Node, its libraries and the server. */
export async function importNodeServer(containerd: Containerd): Promise<Contender> {
  const node = realpathSync(process.execPath);
  const libraries = [...execFileSync('ldd', [node], { encoding: 'utf8' }).matchAll(/(\/\S+) \(0x/g)];
  const entries = [...new Set(libraries.map(([, path = '']) => path))].map((path) => fileEntry(path, path));
  entries.push(fileEntry('/node', node), fileEntry('/server.cjs', NODE_SERVER));
  const image = await importEntries(containerd, 'node-server', entries, ['/node', '/server.cjs']);
  return { runtime: 'io.containerd.runc.v2', image, listen: (address) => [`ADDRESS=${address}`] };
}

function fileEntry(path: string, source: string): TarEntry {
  return { kind: 'file', path: path.slice(1), content: readFileSync(source), mode: 0o755 };
}
