import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { metricsFromV2, oomKillsFromV2 } from './metrics-v2.ts';
import { UNLIMITED } from './stat.ts';

const files = new Map([
  ['cpu.stat', 'usage_usec 3000\nuser_usec 2500\nsystem_usec 500\nnr_periods 10\nnr_throttled 2\nthrottled_usec 5\n'],
  ['cpu.pressure', 'some avg10=0.50 avg60=0.25 avg300=0.00 total=12\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=3\n'],
  ['memory.stat', 'anon 1\nfile 2\ninactive_file 3\npgfault 4\npgmajfault 5\nsomething_new 6\n'],
  ['memory.current', '1048576\n'],
  ['memory.max', '134217728\n'],
  ['memory.swap.max', 'max\n'],
  ['memory.peak', '2097152\n'],
  ['memory.events', 'low 0\nhigh 1\nmax 2\noom 3\noom_kill 4\noom_group_kill 0\n'],
  ['pids.current', '7\n'],
  ['pids.max', 'max\n'],
  ['hugetlb.2MB.current', '4194304\n'],
  ['hugetlb.2MB.max', 'max\n'],
  ['hugetlb.2MB.events', 'max 2\n'],
  ['rdma.current', 'mlx4_0 hca_handle=2 hca_object=2000\n'],
  ['io.stat', '8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0\n'],
]);

const metrics = suite('metricsFromV2');

metrics('gives processor time in microseconds', () => {
  const { cpu } = metricsFromV2(files, ['2MB']);
  const { usageUsec, userUsec, systemUsec, nrPeriods, nrThrottled, throttledUsec, psi } = cpu ?? {};
  assert.equal(
    [usageUsec, userUsec, systemUsec, nrPeriods, nrThrottled, throttledUsec],
    [3000n, 2500n, 500n, 10n, 2n, 5n],
  );
  assert.equal(psi?.some, { avg10: 0.5, avg60: 0.25, avg300: 0, total: 12n });
  assert.is(psi?.full?.total, 3n);
});

metrics('gives memory in bytes, and no limit as the largest number', () => {
  const { memory } = metricsFromV2(files, ['2MB']);
  const { anon, file, inactiveFile, pgfault, pgmajfault, usage, usageLimit, maxUsage, swapLimit, psi } = memory ?? {};
  assert.equal([anon, file, inactiveFile, pgfault, pgmajfault], [1n, 2n, 3n, 4n, 5n]);
  assert.equal([usage, usageLimit, maxUsage, swapLimit], [1_048_576n, 134_217_728n, 2_097_152n, UNLIMITED]);
  assert.is(psi, undefined);
});

metrics('gives processes and blocks', () => {
  const { pids, io } = metricsFromV2(files, ['2MB']);
  assert.equal(pids, { current: 7n, limit: UNLIMITED });
  assert.equal(io?.usage, [{ major: 8n, minor: 0n, rbytes: 1n, wbytes: 2n, rios: 3n, wios: 4n }]);
});

metrics('gives huge pages and RDMA', () => {
  const { hugetlb, rdma } = metricsFromV2(files, ['2MB', '1GB']);
  const none = { pagesize: '1GB', current: 0n, max: 0n, failcnt: 0n };
  assert.equal(hugetlb, [{ pagesize: '2MB', current: 4_194_304n, max: UNLIMITED, failcnt: 2n }, none]);
  assert.equal(rdma, { current: [{ device: 'mlx4_0', hcaHandles: 2, hcaObjects: 2000 }], limit: [] });
});

metrics('tells of OOM kills', () => {
  assert.equal(metricsFromV2(files, ['2MB']).memoryEvents, { low: 0n, high: 1n, max: 2n, oom: 3n, oomKill: 4n });
  assert.is(oomKillsFromV2(files), 4n);
});

metrics.run();
