// Reads the options of a mount that say whose its files are to be, and what of the mount that concerns.

import type { Mount } from './mount-options.ts';

/** Which user and group of the machine stands for which one of a container, as the kernel reads it (user_namespaces(7)). */
export type IdMapping = { readonly uids: string; readonly gids: string };

const OPTION = /^(uid|gid)map=(.*)$/;
/** Container id, machine id, how many. */
const RANGE = /^(\d+):(\d+):(\d+)$/;
const LOWER = 'lowerdir=';

/** Takes the options `uidmap` and `gidmap` out of a mount. Throws when one is malformed or stands alone. */
export function takeIdMapping(mount: Mount): { readonly mapping: IdMapping | null; readonly mount: Mount } {
  const found = mount.options.map((option) => OPTION.exec(option)).filter((match) => match !== null);
  if (found.length === 0) return { mapping: null, mount };
  const parse = (kind: string) => {
    const text = found.find((match) => match[1] === kind)?.[2];
    const ranges = text?.split(',').map((range) => RANGE.exec(range)?.slice(1).join(' '));
    if (ranges === undefined || ranges.includes(undefined)) {
      throw new Error(`options ${found.map(([option]) => option).join(' ')} do not map users and groups`);
    }
    return `${ranges.join('\n')}\n`;
  };
  const options = mount.options.filter((option) => !OPTION.test(option));
  return { mapping: { uids: parse('uid'), gids: parse('gid') }, mount: { ...mount, options } };
}

/** Lists the folders that a mount is made of, as far as their files are mapped: the upper layer of an overlay belongs to the container. */
export function sourcesOf({ type, source, options }: Mount): string[] {
  if (type !== 'overlay') return [source];
  const lower = options.find((option) => option.startsWith(LOWER)) ?? '';
  return lower
    .slice(LOWER.length)
    .split(':')
    .filter((path) => path !== '');
}

/** Returns a mount that is made of other folders. */
export function replaceSources(mount: Mount, sources: readonly string[]): Mount {
  if (mount.type !== 'overlay') return { ...mount, source: sources[0] ?? '' };
  const options = mount.options.map((option) => (option.startsWith(LOWER) ? LOWER + sources.join(':') : option));
  return { ...mount, options };
}
