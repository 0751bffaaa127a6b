// The usage of a container on a machine with cgroup v2, as containerd's io.containerd.cgroups.v2.Metrics wants it: times in
// microseconds, sizes in bytes, "no limit" as the largest number. https://docs.kernel.org/admin-guide/cgroup-v2.html

import type { MemoryStat, Metrics } from '../gen/io.containerd.cgroups.v2.ts';
import type { Fields } from '../protobuf/message.ts';
import { type FileTexts, parseKeyed, parseNested, parseNumber, parseRdma } from './stat.ts';

/** The files that `metricsFromV2` reads, on a machine with huge pages of these sizes. */
export const v2Files = (pageSizes: readonly string[]): string[] => [
  ...['cpu.stat', 'cpu.pressure', 'io.stat', 'io.pressure', 'pids.current', 'pids.max'],
  ...['memory.stat', 'memory.events', 'memory.pressure', 'memory.current', 'memory.max', 'memory.peak'],
  ...['memory.swap.current', 'memory.swap.max', 'memory.swap.peak', 'rdma.current', 'rdma.max'],
  ...pageSizes.flatMap((size) => ['current', 'max', 'events'].map((name) => `hugetlb.${size}.${name}`)),
];

/** Computes the usage from the texts of `v2Files`. */
export function metricsFromV2(files: FileTexts, pageSizes: readonly string[]): Fields<Metrics> {
  const cpu = parseKeyed(files.get('cpu.stat'));
  const events = parseKeyed(files.get('memory.events'));
  return {
    pids: { current: parseNumber(files.get('pids.current')), limit: parseNumber(files.get('pids.max')) },
    cpu: {
      usageUsec: cpu('usage_usec'),
      userUsec: cpu('user_usec'),
      systemUsec: cpu('system_usec'),
      nrPeriods: cpu('nr_periods'),
      nrThrottled: cpu('nr_throttled'),
      throttledUsec: cpu('throttled_usec'),
      psi: pressureOf(files.get('cpu.pressure')),
    },
    memory: memoryOf(files),
    io: { usage: ioEntries(files.get('io.stat')), psi: pressureOf(files.get('io.pressure')) },
    rdma: { current: parseRdma(files.get('rdma.current')), limit: parseRdma(files.get('rdma.max')) },
    hugetlb: pageSizes.map((size) => hugePagesOf(files, size)),
    memoryEvents: {
      low: events('low'),
      high: events('high'),
      max: events('max'),
      oom: events('oom'),
      oomKill: events('oom_kill'),
    },
  };
}

/** Returns how often the kernel has killed a process of the cgroup for lack of memory. */
export function oomKillsFromV2(files: FileTexts): bigint {
  return parseKeyed(files.get('memory.events'))('oom_kill');
}

/** Fields of the message by their key in memory.stat. */
const memoryStatFields: Readonly<Record<string, keyof MemoryStat>> = {
  anon: 'anon',
  file: 'file',
  kernel_stack: 'kernelStack',
  slab: 'slab',
  sock: 'sock',
  shmem: 'shmem',
  file_mapped: 'fileMapped',
  file_dirty: 'fileDirty',
  file_writeback: 'fileWriteback',
  anon_thp: 'anonThp',
  inactive_anon: 'inactiveAnon',
  active_anon: 'activeAnon',
  inactive_file: 'inactiveFile',
  active_file: 'activeFile',
  unevictable: 'unevictable',
  slab_reclaimable: 'slabReclaimable',
  slab_unreclaimable: 'slabUnreclaimable',
  pgfault: 'pgfault',
  pgmajfault: 'pgmajfault',
  workingset_refault: 'workingsetRefault',
  workingset_activate: 'workingsetActivate',
  workingset_nodereclaim: 'workingsetNodereclaim',
  pgrefill: 'pgrefill',
  pgscan: 'pgscan',
  pgsteal: 'pgsteal',
  pgactivate: 'pgactivate',
  pgdeactivate: 'pgdeactivate',
  pglazyfree: 'pglazyfree',
  pglazyfreed: 'pglazyfreed',
  thp_fault_alloc: 'thpFaultAlloc',
  thp_collapse_alloc: 'thpCollapseAlloc',
};

function memoryOf(files: FileTexts): Fields<MemoryStat> {
  const stat = parseKeyed(files.get('memory.stat'));
  return {
    ...Object.fromEntries(Object.entries(memoryStatFields).map(([key, field]) => [field, stat(key)])),
    usage: parseNumber(files.get('memory.current')),
    usageLimit: parseNumber(files.get('memory.max')),
    maxUsage: parseNumber(files.get('memory.peak')),
    swapUsage: parseNumber(files.get('memory.swap.current')),
    swapLimit: parseNumber(files.get('memory.swap.max')),
    swapMaxUsage: parseNumber(files.get('memory.swap.peak')),
    psi: pressureOf(files.get('memory.pressure')),
  };
}

function hugePagesOf(files: FileTexts, pagesize: string) {
  return {
    pagesize,
    current: parseNumber(files.get(`hugetlb.${pagesize}.current`)),
    max: parseNumber(files.get(`hugetlb.${pagesize}.max`)),
    failcnt: parseKeyed(files.get(`hugetlb.${pagesize}.events`))('max'),
  };
}

function pressureOf(text: string | undefined) {
  if (!text) return undefined;
  const lines = parseNested(text);
  const data = (key: string) => {
    const pairs = lines.get(key);
    const average = (name: string) => Number(pairs?.get(name) ?? 0);
    return (
      pairs && {
        avg10: average('avg10'),
        avg60: average('avg60'),
        avg300: average('avg300'),
        total: parseNumber(pairs.get('total')),
      }
    );
  };
  return { some: data('some'), full: data('full') };
}

function ioEntries(text: string | undefined) {
  return [...parseNested(text)].map(([device, pairs]) => {
    const [major, minor] = device.split(':');
    const number = (name: string) => parseNumber(pairs.get(name));
    return {
      major: parseNumber(major),
      minor: parseNumber(minor),
      rbytes: number('rbytes'),
      wbytes: number('wbytes'),
      rios: number('rios'),
      wios: number('wios'),
    };
  });
}
