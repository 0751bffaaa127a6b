// Builds cri-tools' critest from its Go module and runs it. https://github.com/kubernetes-sigs/cri-tools/blob/master/docs/validation.md
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { mustRun, runCommand } from '../testing/command.ts';
import { parseReport, type TestCase } from './report.ts';

export const CRITEST_VERSION = 'v1.30.0';
const MODULE = `sigs.k8s.io/cri-tools@${CRITEST_VERSION}`;
const CACHE = `run/cache/critest-${CRITEST_VERSION}`;
/** A first build compiles the Kubernetes client. */
const BUILD_TIMEOUT_MS = 1_800_000;
const RUN_TIMEOUT_MS = 3_600_000;
/** Both shims see the cases in the same order. */
const SEED = 1;

/** The programs that Go makes, built once: critest, and one that its images hold. */
export type Programs = { readonly critest: string; readonly effectiveUid: string };

/** Builds what is missing. Rejects when Go or the module is not to be had. */
export async function buildPrograms(): Promise<Programs> {
  await mkdir(CACHE, { recursive: true });
  const [critest, effectiveUid] = [resolve(CACHE, 'critest'), resolve(CACHE, 'effective-uid')];
  if (!existsSync(critest)) {
    const { Dir } = JSON.parse(await go(['mod', 'download', '-json', MODULE])) as { readonly Dir: string };
    await go(['-C', Dir, 'test', '-c', '-mod=readonly', '-o', critest, './cmd/critest']);
  }
  if (!existsSync(effectiveUid)) {
    await go(['build', '-o', effectiveUid, join(import.meta.dirname, 'effective-uid.go')]);
  }
  return { critest, effectiveUid };
}

function go(args: readonly string[]): Promise<string> {
  return mustRun('go', args, { timeoutMs: BUILD_TIMEOUT_MS, environment: { CGO_ENABLED: '0' } });
}

export type CritestOptions = {
  /** Socket of the container runtime. */
  readonly address: string;
  /** The runtime handler of every sandbox. */
  readonly handler: string;
  /** Where the log and the report go. */
  readonly folder: string;
  /** Only cases whose names match; all when left out. */
  readonly focus?: string;
};

/** Runs the cases under one handler. Rejects when critest left no report. */
export async function runCritest(program: string, options: CritestOptions): Promise<readonly TestCase[]> {
  const report = join(options.folder, `${options.handler}.json`);
  const { code, stdout, stderr } = await runCommand(
    program,
    [
      `--runtime-endpoint=unix://${options.address}`,
      `--image-endpoint=unix://${options.address}`,
      `--runtime-handler=${options.handler}`,
      `--ginkgo.json-report=${report}`,
      `--ginkgo.seed=${SEED}`,
      ...(options.focus ? [`--ginkgo.focus=${options.focus}`] : []),
      '--ginkgo.no-color',
    ],
    { timeoutMs: RUN_TIMEOUT_MS },
  );
  const text = await readFile(report, 'utf8').catch(() => undefined);
  if (text === undefined) throw new Error(`critest left no report, exit code ${code}: ${stderr || stdout}`);
  return parseReport(text);
}
