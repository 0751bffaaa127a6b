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
  ['/proc/partitions', 'major minor  #blocks  name\n\n   8        0   41943040 sda\n   8        1   41942999 sda1\n'],
  ['hugetlb.2MB.usage_in_bytes', '4194304\n'],
  ['hugetlb.2MB.max_usage_in_bytes', '8388608\n'],
  ['hugetlb.2MB.failcnt', '1\n'],
  ['rdma.current', 'mlx4_0 hca_handle=2 hca_object=2000\n'],
  ['rdma.max', 'mlx4_0 hca_handle=max hca_object=3000\n'],
]);

const metrics = suite('metricsFromV1');

metrics('gives processor time in nanoseconds', () => {
  const { cpu } = metricsFromV1(files, ['2MB', '1GB']);
  assert.equal(cpu?.usage, {
    total: 3_000_000_000n,
    kernel: 500_000_000n,
    user: 2_500_000_000n,
    perCpu: [1_000_000_000n, 2_000_000_000n],
  });
  assert.equal(cpu?.throttling, { periods: 10n, throttledPeriods: 2n, throttledTime: 5000n });
});

metrics('gives memory in bytes', () => {
  const { memory } = metricsFromV1(files, ['2MB', '1GB']);
  assert.equal(memory?.usage, { usage: 1_048_576n, max: 2_097_152n, limit: 134_217_728n, failcnt: 3n });
  assert.is(memory?.swap?.usage, 1_048_577n);
  const { cache, rss, pgFault, totalRss, totalInactiveFile, hierarchicalMemoryLimit } = memory ?? {};
  assert.equal([cache, rss, pgFault, totalRss, totalInactiveFile], [1n, 2n, 3n, 4n, 5n]);
  assert.is(hierarchicalMemoryLimit, 134_217_728n);
});

metrics('gives processes, where no limit is 0, and blocks by device', () => {
  const { pids, blkio } = metricsFromV1(files, ['2MB', '1GB']);
  assert.equal(pids, { current: 7n, limit: 0n });
  assert.equal(blkio?.ioServiceBytesRecursive, [
    { op: 'Read', device: '/dev/sda', major: 8n, minor: 0n, value: 4096n },
    { op: 'Write', device: '/dev/sda', major: 8n, minor: 0n, value: 0n },
    { op: 'Read', device: '', major: 8n, minor: 16n, value: 1n },
  ]);
});

metrics('prefers what a scheduler of older kernels counted of blocks', () => {
  const more = [
    ['blkio.io_service_bytes_recursive', '8:0 Read 4000\nTotal 4000\n'],
    ['blkio.time_recursive', '8:0 12\n'],
  ] as const;
  const { blkio } = metricsFromV1(new Map([...files, ...more]), []);
  const place = { device: '/dev/sda', major: 8n, minor: 0n };
  assert.equal(blkio?.ioServiceBytesRecursive, [{ op: 'Read', ...place, value: 4000n }]);
  assert.equal(blkio?.ioTimeRecursive, [{ op: '', ...place, value: 12n }]);
});

metrics('gives huge pages of the sizes that the cgroup has', () => {
  const { hugetlb } = metricsFromV1(files, ['2MB', '1GB']);
  assert.equal(hugetlb, [{ pagesize: '2MB', usage: 4_194_304n, max: 8_388_608n, failcnt: 1n }]);
});

metrics('gives handles and objects of RDMA, where no limit is the largest number', () => {
  assert.equal(metricsFromV1(files, []).rdma, {
    current: [{ device: 'mlx4_0', hcaHandles: 2, hcaObjects: 2000 }],
    limit: [{ device: 'mlx4_0', hcaHandles: 4_294_967_295, hcaObjects: 3000 }],
  });
  assert.is(metricsFromV1(new Map(), []).rdma, undefined);
});

metrics('tells of OOM kills', () => {
  assert.equal(metricsFromV1(files, ['2MB', '1GB']).memoryOomControl, {
    oomKillDisable: 0n,
    underOom: 1n,
    oomKill: 4n,
  });
  assert.is(oomKillsFromV1(files), 4n);
});

metrics('counts everything 0 when there is nothing to read', () => {
  const { cpu, memory, pids } = metricsFromV1(new Map(), ['2MB']);
  assert.equal([cpu?.usage?.total, memory?.usage?.usage, pids?.current], [0n, 0n, 0n]);
});

metrics.run();
