// The command behind `make critest`: cri-tools' validation cases under this shim and under runc's, on one containerd with real networks.
// Writes run/critest/<containerd>/report.md with each case that did not pass under both, and ends with 1 when one passes under runc's
// shim alone. Environment: FOCUS, a regular expression, for some cases.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SPIN_RUNTIME } from '../testing/containerd.ts';
import { closeOnSignal, requireRoot } from '../testing/each-release.ts';
import { openPodNode } from '../testing/pod-node.ts';
import { listReleases, type Release } from '../testing/releases.ts';
import { buildPrograms, CRITEST_VERSION, type Programs, runCritest } from './critest.ts';
import { createImages } from './images.ts';
import { openRegistry } from './registry.ts';
import { compareCases, formatReport, listRegressions } from './report.ts';

const print = (text: string): void => void process.stdout.write(`${text}\n`);

requireRoot();
closeOnSignal();
print(`==> building critest ${CRITEST_VERSION}, if it is not there`);
const programs = await buildPrograms();
for (const release of await listReleases()) {
  if (!(await validate(release, programs))) process.exitCode = 1;
}

/** Tells whether this shim passes whatever runc's passes. */
async function validate(release: Release, { critest, effectiveUid }: Programs): Promise<boolean> {
  const folder = join('run/critest', release.version);
  await mkdir(folder, { recursive: true });
  await using registry = await openRegistry(await createImages(await readFile(effectiveUid)));
  const options = { release, runtime: SPIN_RUNTIME, hasHostPorts: true, registry: registry.address };
  const node = await openPodNode(options);
  try {
    const run = (handler: string) => {
      print(`==> containerd ${release.version}, handler ${handler}`);
      const { FOCUS: focus = '' } = process.env;
      return runCritest(critest, { address: node.containerd.address, handler, folder, focus });
    };
    const comparisons = compareCases(await run('spin'), await run('runc'));
    const report = formatReport(comparisons);
    await writeFile(join(folder, 'report.md'), report);
    print(report);
    return listRegressions(comparisons).length === 0;
  } finally {
    await node.close();
  }
}
