// The releases of containerd that tests run against: the machine's own, and a 2.x where that is older.
import { dirname, join } from 'node:path';
import { mustRun } from './command.ts';

/** One release's programs. */
export type Release = {
  /** Such as `1.6.20`. */
  readonly version: string;
  /** The folder of containerd, ctr and the runc shim. */
  readonly programs: string;
};

const CACHE = 'run/cache/containerd';

/** Finds the machine's own release. Rejects when there is none. */
export async function ownRelease(): Promise<Release> {
  const path = (await mustRun('which', ['containerd'])).trim();
  return readRelease(dirname(path));
}

/** Lists the releases to test: the machine's own first. Downloads a 2.x when the machine's own is older and none is cached. */
export async function listReleases(): Promise<readonly Release[]> {
  const own = await ownRelease();
  if (!own.version.startsWith('1.')) return [own];
  await mustRun(join(import.meta.dirname, 'fetch-containerd'), [CACHE], { timeoutMs: 300_000 });
  return [own, await readRelease(join(CACHE, 'usr/bin'))];
}

async function readRelease(programs: string): Promise<Release> {
  const text = await mustRun(join(programs, 'containerd'), ['--version']);
  const [version = ''] = /\b\d+\.\d+\.\d+/.exec(text) ?? [];
  return { version, programs };
}
