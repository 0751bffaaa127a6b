// The releases of containerd that tests run against: the machine's own, and others beside it in folders of their own.
import { dirname, join } from 'node:path';
import { mustRun } from './command.ts';

/** One release's programs. */
export type Release = {
  /** Such as `1.6.20`. */
  readonly version: string;
  /** The folder of containerd, ctr and the runc shim. */
  readonly programs: string;
};

/** What the lines of releases are called that can be tested: the machine's own, and others from the distribution's newer suites. */
export const LINES = ['own', '1.7', '2'] as const;
/** The newest release of containerd that the tests of pods passed with. No suite has to have it: it is built. */
export const NEWEST = '2.4.2';

type Line = (typeof LINES)[number];

/** Where the one is that most tests need, and the virtual machine takes. */
const FOLDERS: Readonly<Record<string, string>> = { '2': 'run/cache/containerd' };

/** An exact release is built. */
const FETCH_TIMEOUT_MS = 1_800_000;

/** Finds the machine's own release. Rejects when there is none. */
export async function ownRelease(): Promise<Release> {
  const path = (await mustRun('which', ['containerd'])).trim();
  return readRelease(dirname(path));
}

/**
 * Lists the releases to test, and downloads those that are not here yet: the lines that `CONTAINERD` names in the environment, such as
 * `1.7`, `own,2` or, of 2.x, `2.4.2`; without it the machine's own, and a 2.x where that is older.
 */
export async function listReleases(): Promise<readonly Release[]> {
  const wanted = process.env['CONTAINERD']?.split(',') ?? (await defaultLines());
  return Promise.all(wanted.map(findRelease));
}

async function defaultLines(): Promise<readonly Line[]> {
  const { version } = await ownRelease();
  return version.startsWith('1.') ? ['own', '2'] : ['own'];
}

/** Finds the release of a line, and gets it when it is not here yet. Rejects when it is not to be had. */
export async function findRelease(line: string): Promise<Release> {
  if (line === 'own') return ownRelease();
  const folder = FOLDERS[line] ?? `run/cache/containerd-${line}`;
  await mustRun(join(import.meta.dirname, 'fetch-containerd'), [folder, line], { timeoutMs: FETCH_TIMEOUT_MS });
  return readRelease(join(folder, 'usr/bin'));
}

async function readRelease(programs: string): Promise<Release> {
  const text = await mustRun(join(programs, 'containerd'), ['--version']);
  const [version = ''] = /\b\d+\.\d+\.\d+/.exec(text) ?? [];
  return { version, programs };
}
