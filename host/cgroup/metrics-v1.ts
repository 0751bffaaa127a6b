// The usage of a container on a machine with cgroup v1, as containerd's io.containerd.cgroups.v1.Metrics wants it: times in nanoseconds,
// sizes in bytes. https://docs.kernel.org/admin-guide/cgroup-v1/

import type { Metrics } from '../gen/io.containerd.cgroups.v1.ts';
import type { Fields } from '../protobuf/message.ts';
import { type FileTexts, parseKeyed, parseNumber } from './stat.ts';

/** The files that `metricsFromV1` reads, by controller. */
export const v1Files: Readonly<Record<string, readonly string[]>> = {
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
  blkio: ['blkio.throttle.io_service_bytes_recursive', 'blkio.throttle.io_serviced_recursive'],
};

/** cpuacct.stat counts in ticks of USER_HZ, which is 100 on all architectures of Linux that Node runs on. */
const NANOSECONDS_PER_TICK = 10_000_000n;

/** Computes the usage from the texts of `v1Files`. */
export function metricsFromV1(files: FileTexts): Fields<Metrics> {
  return {
    pids: { current: parseNumber(files.get('pids.current')), limit: parseNumber(files.get('pids.max'), 0n) },
    cpu: cpuOf(files),
    memory: memoryOf(files),
    blkio: {
      ioServiceBytesRecursive: blockEntries(files.get('blkio.throttle.io_service_bytes_recursive')),
      ioServicedRecursive: blockEntries(files.get('blkio.throttle.io_serviced_recursive')),
    },
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

// `8:0 Read 4096`, and a last line `Total 4096`.
function blockEntries(text: string | undefined) {
  return (text ?? '')
    .split('\n')
    .map((line) => /^(\d+):(\d+) (\w+) (\d+)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, major = '0', minor = '0', op = '', value = '0']) => ({
      op,
      major: BigInt(major),
      minor: BigInt(minor),
      value: BigInt(value),
    }));
}
