// Files to a tar archive: POSIX ustar with a pax record where a path is too long for its field. The same entries always give the
// same bytes: order as given, owner root, time zero. Format: IEEE Std 1003.1, pax, "ustar Interchange Format".

import { concatenate } from '../bytes.ts';

/** One thing in an archive, by its path without a leading slash. */
export type TarEntry =
  | { readonly kind: 'file'; readonly path: string; readonly content: Uint8Array; readonly mode?: number }
  | { readonly kind: 'directory'; readonly path: string; readonly mode?: number }
  | { readonly kind: 'symlink'; readonly path: string; readonly target: string };

const BLOCK_BYTES = 512;
const FILE_MODE = 0o644;
const DIRECTORY_MODE = 0o755;
const NAME_BYTES = 100;
const PREFIX_BYTES = 155;
const LINK_BYTES = 100;
const TYPE_FLAGS = { file: '0', symlink: '2', directory: '5', pax: 'x' } as const;

const text = new TextEncoder();

type Header = {
  readonly type: keyof typeof TYPE_FLAGS;
  readonly name: string;
  readonly prefix?: string;
  readonly mode: number;
  readonly size?: number;
  readonly target?: string;
};

function encodeHeader({ type, name, prefix = '', mode, size = 0, target = '' }: Header): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES);
  const put = (offset: number, value: string) => block.set(text.encode(value), offset);
  const octal = (offset: number, width: number, value: number) =>
    put(offset, value.toString(8).padStart(width - 1, '0'));
  put(0, name);
  octal(100, 8, mode);
  octal(108, 8, 0);
  octal(116, 8, 0);
  octal(124, 12, size);
  octal(136, 12, 0);
  put(148, '        ');
  put(156, TYPE_FLAGS[type]);
  put(157, target);
  put(257, 'ustar\u000000');
  put(345, prefix);
  octal(
    148,
    7,
    block.reduce((sum, byte) => sum + byte, 0),
  );
  block[154] = 0;
  return block;
}

function bytesOf(value: string): number {
  return text.encode(value).length;
}

/** Cuts a path at a slash so that both halves fit their fields, or gives null. */
function splitPath(path: string): { name: string; prefix: string } | null {
  if (bytesOf(path) <= NAME_BYTES) return { name: path, prefix: '' };
  for (let cut = path.indexOf('/'); cut > 0; cut = path.indexOf('/', cut + 1)) {
    const [prefix, name] = [path.slice(0, cut), path.slice(cut + 1)];
    if (name && bytesOf(name) <= NAME_BYTES && bytesOf(prefix) <= PREFIX_BYTES) return { name, prefix };
  }
  return null;
}

/** A pax record counts its own length, digits included. */
function formatPaxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const size = bytesOf(rest);
  const digits = String(size + String(size).length).length;
  return `${size + digits}${rest}`;
}

function pad(bytes: Uint8Array): Uint8Array[] {
  return [bytes, new Uint8Array(-bytes.length & (BLOCK_BYTES - 1))];
}

function encodeEntry(entry: TarEntry): Uint8Array[] {
  const path = entry.kind === 'directory' ? `${entry.path}/` : entry.path;
  const target = entry.kind === 'symlink' ? entry.target : '';
  const content = entry.kind === 'file' ? entry.content : new Uint8Array();
  const mode = entry.kind === 'symlink' ? 0o777 : (entry.mode ?? (entry.kind === 'file' ? FILE_MODE : DIRECTORY_MODE));
  const place = splitPath(path);
  const isTargetLong = bytesOf(target) > LINK_BYTES;
  const records = text.encode(
    (place ? '' : formatPaxRecord('path', path)) + (isTargetLong ? formatPaxRecord('linkpath', target) : ''),
  );
  const pax = records.length
    ? [encodeHeader({ type: 'pax', name: 'pax', mode: FILE_MODE, size: records.length }), ...pad(records)]
    : [];
  const header = encodeHeader({
    type: entry.kind,
    ...(place ?? { name: 'pax' }),
    mode,
    size: content.length,
    target: isTargetLong ? '' : target,
  });
  return [...pax, header, ...pad(content)];
}

/** Encodes entries in their order. */
export function encodeTar(entries: readonly TarEntry[]): Uint8Array<ArrayBuffer> {
  return concatenate([...entries.flatMap(encodeEntry), new Uint8Array(2 * BLOCK_BYTES)]);
}

/** The entries in path order, with an entry for each directory on the way that has none of its own. */
export function withDirectories(entries: readonly TarEntry[]): TarEntry[] {
  const byPath = new Map<string, TarEntry>();
  for (const entry of entries) {
    for (let cut = entry.path.indexOf('/'); cut > 0; cut = entry.path.indexOf('/', cut + 1)) {
      const path = entry.path.slice(0, cut);
      if (!byPath.has(path)) byPath.set(path, { kind: 'directory', path });
    }
    byPath.set(entry.path, entry);
  }
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}
