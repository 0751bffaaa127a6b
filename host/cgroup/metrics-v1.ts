// The usage of a container on a machine with cgroup v1, as containerd's io.containerd.cgroups.v1.Metrics wants it: times in nanoseconds,
// sizes in bytes. https://docs.kernel.org/admin-guide/cgroup-v1/

import type { BlkIOStat, Metrics } from '../gen/io.containerd.cgroups.v1.ts';
import type { Fields } from '../protobuf/message.ts';
import { type FileTexts, parseKeyed, parseNumber, parseRdma } from './stat.ts';

/** Where the kernel names block devices by their numbers (proc(5)). */
export const PARTITIONS = '/proc/partitions';

/** Fields of the message and their files: those of a scheduler that kernels had before 5.0, then those that every kernel has. */
const scheduledFiles: Readonly<Record<keyof BlkIOStat, string>> = {
  ioServiceBytesRecursive: 'blkio.io_service_bytes_recursive',
  ioServicedRecursive: 'blkio.io_serviced_recursive',
  ioQueuedRecursive: 'blkio.io_queued_recursive',
  ioServiceTimeRecursive: 'blkio.io_service_time_recursive',
  ioWaitTimeRecursive: 'blkio.io_wait_time_recursive',
  ioMergedRecursive: 'blkio.io_merged_recursive',
  ioTimeRecursive: 'blkio.time_recursive',
  sectorsRecursive: 'blkio.sectors_recursive',
};
const throttledFiles: Readonly<Partial<Record<keyof BlkIOStat, string>>> = {
  ioServiceBytesRecursive: 'blkio.throttle.io_service_bytes_recursive',
  ioServicedRecursive: 'blkio.throttle.io_serviced_recursive',
};

/** The files that `metricsFromV1` reads by controller, on a machine with huge pages of these sizes; beside them `PARTITIONS`. */
export const v1Files = (pageSizes: readonly string[]): Readonly<Record<string, readonly string[]>> => ({
  pids: ['pids.current', 'pids.max'],
  cpuacct: ['cpuacct.usage', 'cpuacct.usage_percpu', 'cpuacct.stat'],
  cpu: ['cpu.stat'],
  memory: [
    'memory.stat',
    'memory.oom_control',
    ...['memory', 'memory.memsw', 'memory.kmem', 'memory.kmem.tcp'].flatMap((prefix) => [
      `${prefix}.usage_in_bytes`,
      `${prefix}.max_usage_in_bytes`,
      `${prefix}.limit_in_bytes`,
      `${prefix}.failcnt`,
    ]),
  ],
  blkio: [...Object.values(scheduledFiles), ...Object.values(throttledFiles)],
  rdma: ['rdma.current', 'rdma.max'],
  hugetlb: pageSizes.flatMap((size) =>
    ['usage_in_bytes', 'max_usage_in_bytes', 'failcnt'].map((name) => `hugetlb.${size}.${name}`),
  ),
});

/** cpuacct.stat counts in ticks of USER_HZ, which is 100 on all architectures of Linux that Node runs on. */
const NANOSECONDS_PER_TICK = 10_000_000n;

/** Computes the usage from the texts of `v1Files`. */
export function metricsFromV1(files: FileTexts, pageSizes: readonly string[]): Fields<Metrics> {
  return {
    pids: { current: parseNumber(files.get('pids.current')), limit: parseNumber(files.get('pids.max'), 0n) },
    cpu: cpuOf(files),
    memory: memoryOf(files),
    blkio: blockOf(files, scheduledFiles) ?? blockOf(files, throttledFiles) ?? {},
    rdma: files.has('rdma.current')
      ? { current: parseRdma(files.get('rdma.current')), limit: parseRdma(files.get('rdma.max')) }
      : undefined,
    hugetlb: pageSizes.flatMap((size) => hugePagesOf(files, size)),
    memoryOomControl: oomControlOf(files),
  };
}

/** Returns how often the kernel has killed a process of the cgroup for lack of memory. */
export function oomKillsFromV1(files: FileTexts): bigint {
  return parseKeyed(files.get('memory.oom_control'))('oom_kill');
}

function oomControlOf(files: FileTexts): Fields<Metrics>['memoryOomControl'] {
  const control = parseKeyed(files.get('memory.oom_control'));
  return { oomKillDisable: control('oom_kill_disable'), underOom: control('under_oom'), oomKill: control('oom_kill') };
}

function cpuOf(files: FileTexts): Fields<Metrics>['cpu'] {
  const ticks = parseKeyed(files.get('cpuacct.stat'));
  const throttling = parseKeyed(files.get('cpu.stat'));
  const perCpu = files.get('cpuacct.usage_percpu')?.trim().split(/\s+/) ?? [];
  return {
    usage: {
      total: parseNumber(files.get('cpuacct.usage')),
      kernel: ticks('system') * NANOSECONDS_PER_TICK,
      user: ticks('user') * NANOSECONDS_PER_TICK,
      perCpu: perCpu.map((text) => parseNumber(text)),
    },
    throttling: {
      periods: throttling('nr_periods'),
      throttledPeriods: throttling('nr_throttled'),
      throttledTime: throttling('throttled_time'),
    },
  };
}

function memoryOf(files: FileTexts): Fields<Metrics>['memory'] {
  const stat = parseKeyed(files.get('memory.stat'));
  const entry = (prefix: string) => ({
    usage: parseNumber(files.get(`${prefix}.usage_in_bytes`)),
    max: parseNumber(files.get(`${prefix}.max_usage_in_bytes`)),
    limit: parseNumber(files.get(`${prefix}.limit_in_bytes`)),
    failcnt: parseNumber(files.get(`${prefix}.failcnt`)),
  });
  return {
    cache: stat('cache'),
    rss: stat('rss'),
    rssHuge: stat('rss_huge'),
    mappedFile: stat('mapped_file'),
    dirty: stat('dirty'),
    writeback: stat('writeback'),
    pgPgIn: stat('pgpgin'),
    pgPgOut: stat('pgpgout'),
    pgFault: stat('pgfault'),
    pgMajFault: stat('pgmajfault'),
    inactiveAnon: stat('inactive_anon'),
    activeAnon: stat('active_anon'),
    inactiveFile: stat('inactive_file'),
    activeFile: stat('active_file'),
    unevictable: stat('unevictable'),
    hierarchicalMemoryLimit: stat('hierarchical_memory_limit'),
    hierarchicalSwapLimit: stat('hierarchical_memsw_limit'),
    ...totalsOf(stat),
    usage: entry('memory'),
    swap: entry('memory.memsw'),
    kernel: entry('memory.kmem'),
    kernelTcp: entry('memory.kmem.tcp'),
  };
}

function totalsOf(stat: (key: string) => bigint): Fields<Metrics>['memory'] {
  return {
    totalCache: stat('total_cache'),
    totalRss: stat('total_rss'),
    totalRssHuge: stat('total_rss_huge'),
    totalMappedFile: stat('total_mapped_file'),
    totalDirty: stat('total_dirty'),
    totalWriteback: stat('total_writeback'),
    totalPgPgIn: stat('total_pgpgin'),
    totalPgPgOut: stat('total_pgpgout'),
    totalPgFault: stat('total_pgfault'),
    totalPgMajFault: stat('total_pgmajfault'),
    totalInactiveAnon: stat('total_inactive_anon'),
    totalActiveAnon: stat('total_active_anon'),
    totalInactiveFile: stat('total_inactive_file'),
    totalActiveFile: stat('total_active_file'),
    totalUnevictable: stat('total_unevictable'),
  };
}

function hugePagesOf(files: FileTexts, pagesize: string) {
  const read = (name: string) => files.get(`hugetlb.${pagesize}.${name}`);
  const usage = read('usage_in_bytes');
  if (usage === undefined) return [];
  const [max, failcnt] = [parseNumber(read('max_usage_in_bytes')), parseNumber(read('failcnt'))];
  return [{ pagesize, usage: parseNumber(usage), max, failcnt }];
}

/** Reads the fields of the message from their files; null when no file has an entry. */
function blockOf(
  files: FileTexts,
  names: Readonly<Partial<Record<keyof BlkIOStat, string>>>,
): Fields<BlkIOStat> | null {
  const devices = devicesOf(files.get(PARTITIONS));
  const fields = Object.entries(names).map(([field, name]) => [field, blockEntries(files.get(name), devices)] as const);
  return fields.every(([, entries]) => entries.length === 0) ? null : Object.fromEntries(fields);
}

// `8:0 Read 4096`, without an operation `8:0 4096`, and a last line `Total 4096`.
function blockEntries(text: string | undefined, devices: ReadonlyMap<string, string>) {
  return (text ?? '')
    .split('\n')
    .map((line) => /^((\d+):(\d+)) (?:(\w+) )?(\d+)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, numbers = '', major = '0', minor = '0', op = '', value = '0']) => ({
      op,
      device: devices.get(numbers) ?? '',
      major: BigInt(major),
      minor: BigInt(minor),
      value: BigInt(value),
    }));
}

// `   8        0   41943040 sda`, below a line with the columns' names.
function devicesOf(text: string | undefined): ReadonlyMap<string, string> {
  const lines = (text ?? '').split('\n').map((line) => /^ *(\d+) +(\d+) +\d+ (\S+)$/.exec(line));
  return new Map(lines.flatMap((match) => (match ? [[`${match[1]}:${match[2]}`, `/dev/${match[3]}`] as const] : [])));
}
