// What the benchmarks report, and how it is laid out. Pure.

/** One figure beside what it is compared with. */
export type Result = {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly baseline: number;
  /** `value` divided by `baseline`. */
  readonly ratio: number;
  /** What else was seen of this side under load. */
  readonly load?: Load;
};

/** How long answers took, in milliseconds, and the memory that the process held resident at the end, in MiB. */
export type Load = { readonly p50: number; readonly p99: number; readonly rss: number };

/** Makes a result of two figures in the same unit, rounded to a tenth (ratio: to a hundredth). */
export function createResult(name: string, unit: string, value: number, baseline: number, load?: Load): Result {
  const result = {
    name,
    value: round(value, 1),
    unit,
    baseline: round(baseline, 1),
    ratio: round(value / baseline, 2),
  };
  if (load === undefined) return result;
  return { ...result, load: { p50: round(load.p50, 3), p99: round(load.p99, 3), rss: round(load.rss, 1) } };
}

/** Gives the middle of some numbers. Throws `RangeError` when there are none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const low = sorted[Math.floor((sorted.length - 1) / 2)];
  const high = sorted[Math.ceil((sorted.length - 1) / 2)];
  if (low === undefined || high === undefined) throw new RangeError('the median of no values');
  return (low + high) / 2;
}

/** Lays results out as a table for people. */
export function formatTable(results: readonly Result[]): string {
  const head = ['', 'this', 'baseline', 'unit', 'ratio', 'p50 ms', 'p99 ms', 'RSS MiB'];
  const rows = results.map(({ name, value, unit, baseline, ratio, load }) => [
    name,
    `${value}`,
    `${baseline}`,
    unit,
    `${ratio}`,
    ...(load ? [`${load.p50}`, `${load.p99}`, `${load.rss}`] : ['', '', '']),
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const formatRow = (row: readonly string[]) =>
    row.map((cell, column) =>
      column === 0 || column === 3 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
  return [head, ...rows].map((row) => formatRow(row).join('  ').trimEnd()).join('\n');
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
