import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { metricsFromV1, oomKillsFromV1 } from './metrics-v1.ts';

const files = new Map([
  ['cpuacct.usage', '3000000000\n'],
  ['cpuacct.usage_percpu', '1000000000 2000000000 \n'],
  ['cpuacct.stat', 'user 250\nsystem 50\n'],
  ['cpu.stat', 'nr_periods 10\nnr_throttled 2\nthrottled_time 5000\n'],
  ['memory.usage_in_bytes', '1048576\n'],
  ['memory.max_usage_in_bytes', '2097152\n'],
  ['memory.limit_in_bytes', '134217728\n'],
  ['memory.failcnt', '3\n'],
  ['memory.memsw.usage_in_bytes', '1048577\n'],
  [
    'memory.stat',
    'cache 1\nrss 2\npgfault 3\ntotal_rss 4\ntotal_inactive_file 5\nhierarchical_memory_limit 134217728\n',
  ],
  ['memory.oom_control', 'oom_kill_disable 0\nunder_oom 1\noom_kill 4\n'],
  ['pids.current', '7\n'],
  ['pids.max', 'max\n'],
  ['blkio.throttle.io_service_bytes_recursive', '8:0 Read 4096\n8:0 Write 0\n8:16 Read 1\nTotal 4097\n'],
]);

const metrics = suite('metricsFromV1');

metrics('gives processor time in nanoseconds', () => {
  const { cpu } = metricsFromV1(files);
  assert.equal(cpu?.usage, {
    total: 3_000_000_000n,
    kernel: 500_000_000n,
    user: 2_500_000_000n,
    perCpu: [1_000_000_000n, 2_000_000_000n],
  });
  assert.equal(cpu?.throttling, { periods: 10n, throttledPeriods: 2n, throttledTime: 5000n });
});

metrics('gives memory in bytes', () => {
  const { memory } = metricsFromV1(files);
  assert.equal(memory?.usage, { usage: 1_048_576n, max: 2_097_152n, limit: 134_217_728n, failcnt: 3n });
  assert.is(memory?.swap?.usage, 1_048_577n);
  const { cache, rss, pgFault, totalRss, totalInactiveFile, hierarchicalMemoryLimit } = memory ?? {};
  assert.equal([cache, rss, pgFault, totalRss, totalInactiveFile], [1n, 2n, 3n, 4n, 5n]);
  assert.is(hierarchicalMemoryLimit, 134_217_728n);
});

metrics('gives processes, where no limit is 0, and blocks by device', () => {
  const { pids, blkio } = metricsFromV1(files);
  assert.equal(pids, { current: 7n, limit: 0n });
  assert.equal(blkio?.ioServiceBytesRecursive, [
    { op: 'Read', major: 8n, minor: 0n, value: 4096n },
    { op: 'Write', major: 8n, minor: 0n, value: 0n },
    { op: 'Read', major: 8n, minor: 16n, value: 1n },
  ]);
});

metrics('tells of OOM kills', () => {
  assert.equal(metricsFromV1(files).memoryOomControl, { oomKillDisable: 0n, underOom: 1n, oomKill: 4n });
  assert.is(oomKillsFromV1(files), 4n);
});

metrics('counts everything 0 when there is nothing to read', () => {
  const { cpu, memory, pids } = metricsFromV1(new Map());
  assert.equal([cpu?.usage?.total, memory?.usage?.usage, pids?.current], [0n, 0n, 0n]);
});

metrics.run();
