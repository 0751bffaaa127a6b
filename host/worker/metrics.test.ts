import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findFreePort } from '../testing/network.ts';
import { until } from '../testing/until.ts';
import { exchange, requestText } from '../trigger/http/testing/raw-connection.ts';
import { formatMetrics } from './metrics.ts';
import { startHello } from './testing/worker-process.ts';

const format = suite('formatMetrics');

format('writes each metric with its help and type, and escapes labels', () => {
  const text = formatMetrics({
    isolations: new Map([['a "b"\\', { method: 'copy', obstacle: 'no /proc' }]]),
    threads: 2,
    residentBytes: 1024,
    processorSeconds: 0.5,
  });
  assert.equal(text.split('\n').slice(0, 6), [
    '# HELP spin_component_isolation_info How each request gets a pristine instance.',
    '# TYPE spin_component_isolation_info gauge',
    'spin_component_isolation_info{component="a \\"b\\"\\\\",method="copy"} 1',
    '# HELP spin_worker_threads Threads that serve.',
    '# TYPE spin_worker_threads gauge',
    'spin_worker_threads 2',
  ]);
  assert.ok(text.endsWith('process_cpu_seconds_total 0.5\n'));
});

format.run();

const served = suite('serveMetrics');

served('tells how instances are put back, once a request has been served', async () => {
  const metricsPort = await findFreePort();
  await using worker = await startHello({ SPIN_METRICS_LISTEN_ADDR: `127.0.0.1:${metricsPort}` });
  const port = await worker.serving();
  const read = async () => (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  assert.not.match(await read(), 'component="hello"');
  await exchange(port, requestText('GET', '/hello'));
  const isTold = async () => /isolation_info\{component="hello",method="(exact|drop|copy)"\} 1/.test(await read());
  await until('the way is told', isTold);
  assert.match(await read(), /^spin_worker_threads 1$/m);
  assert.match(await read(), /^process_resident_memory_bytes [1-9]\d+$/m);
});

served('says why an app does not start whose metrics have no place', async () => {
  await using worker = await startHello({ SPIN_METRICS_LISTEN_ADDR: 'here' });
  assert.is(await worker.exitCode(), 137);
  assert.match(worker.stderr, 'cannot listen on SPIN_METRICS_LISTEN_ADDR="here": it is not <host>:<port>');
});

served.run();
