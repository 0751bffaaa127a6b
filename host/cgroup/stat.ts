// The texts of cgroup files as numbers. https://docs.kernel.org/admin-guide/cgroup-v2.html#format

/** The largest value of a 64-bit field, which stands for "no limit". */
export const UNLIMITED = 2n ** 64n - 1n;

/** The same of a 32-bit field. */
const RDMA_UNLIMITED = 2 ** 32 - 1;

/** The content of cgroup files by name; a file that does not exist is missing. */
export type FileTexts = ReadonlyMap<string, string>;

/** Parses a file that holds one number, or `max`. An absent or empty file counts 0. */
export function parseNumber(text: string | undefined, max = UNLIMITED): bigint {
  const word = text?.trim() ?? '';
  if (word === 'max') return max;
  return /^\d+$/.test(word) ? BigInt(word) : 0n;
}

/** Parses lines of a key and a number. Absent keys count 0. */
export function parseKeyed(text: string | undefined): (key: string) => bigint {
  const values = new Map((text ?? '').split('\n').map((line) => line.split(' ') as [string, string | undefined]));
  return (key) => parseNumber(values.get(key));
}

/** Parses lines of a key followed by `name=value` pairs, such as io.stat and the pressure files. */
export function parseNested(text: string | undefined): Map<string, ReadonlyMap<string, string>> {
  const lines = (text ?? '').split('\n').filter((line) => line.trim() !== '');
  return new Map(
    lines.map((line) => {
      const [key = '', ...pairs] = line.trim().split(' ');
      return [key, new Map(pairs.map((pair) => pair.split('=') as [string, string]))];
    }),
  );
}

/**
 * Lists the sizes of huge pages as the names of cgroup files have them, such as `2MB`, from the names of folders in
 * /sys/kernel/mm/hugepages, such as `hugepages-2048kB`.
 */
export function hugePageSizesOf(folders: readonly string[]): string[] {
  return folders.flatMap((name) => {
    const [, kilobytes] = /^hugepages-(\d+)kB$/.exec(name) ?? [];
    return kilobytes === undefined ? [] : [formatPageSize(Number(kilobytes))];
  });
}

function formatPageSize(kilobytes: number): string {
  if (kilobytes >= 2 ** 20) return `${Math.floor(kilobytes / 2 ** 20)}GB`;
  return kilobytes >= 2 ** 10 ? `${Math.floor(kilobytes / 2 ** 10)}MB` : `${kilobytes}KB`;
}

/** Parses rdma.current and rdma.max: a line for each device. */
export function parseRdma(text: string | undefined) {
  const count = (word: string | undefined) => (word === 'max' ? RDMA_UNLIMITED : Number(word ?? 0));
  return [...parseNested(text)].map(([device, pairs]) => ({
    device,
    hcaHandles: count(pairs.get('hca_handle')),
    hcaObjects: count(pairs.get('hca_object')),
  }));
}
