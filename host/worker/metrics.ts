// What a worker tells of itself to who asks for metrics, in Prometheus' text format
// (https://prometheus.io/docs/instrumenting/exposition_formats/). Pure.

import type { Isolation } from '../engine/engine.ts';

/** The environment variable that says where metrics can be had: `host:port`. */
export const METRICS_VARIABLE = 'SPIN_METRICS_LISTEN_ADDR';

/** Content type of the format. */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** What is known at one time. */
export type WorkerMetrics = {
  /** How requests are kept apart, by component, as far as it is known. */
  readonly isolations: ReadonlyMap<string, Isolation>;
  /** How many threads serve. */
  readonly threads: number;
  /** Memory of the process. */
  readonly residentBytes: number;
  /** Processor time that the process has taken. */
  readonly processorSeconds: number;
};

/** Formats metrics. The names of those of the process are Prometheus' own. */
export function formatMetrics({ isolations, threads, residentBytes, processorSeconds }: WorkerMetrics): string {
  const methods = [...isolations].map(
    ([component, { method }]) => `{component="${escapeLabel(component)}",method="${method}"} 1`,
  );
  return [
    formatMetric('spin_component_isolation_info', 'gauge', 'How each request gets a pristine instance.', methods),
    formatMetric('spin_worker_threads', 'gauge', 'Threads that serve.', [` ${threads}`]),
    formatMetric('process_resident_memory_bytes', 'gauge', 'Resident memory.', [` ${residentBytes}`]),
    formatMetric('process_cpu_seconds_total', 'counter', 'Processor time.', [` ${processorSeconds}`]),
  ].join('');
}

function formatMetric(name: string, type: string, help: string, samples: readonly string[]): string {
  const lines = [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...samples.map((sample) => name + sample)];
  return `${lines.join('\n')}\n`;
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
