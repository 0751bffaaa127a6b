// Many lives one after the other leave nothing: no process, mount, cgroup, socket or file, and no descriptor in containerd.
import * as assert from 'uvu/assert';
import { TEST_APP } from '../testing/app.ts';
import type { Containerd } from '../testing/containerd.ts';
import { onEachRelease } from '../testing/each-release.ts';
import { importApp } from '../testing/images.ts';
import { countDescriptors } from '../testing/leftovers.ts';
import { listReleases } from '../testing/releases.ts';

const [, newer] = await listReleases();
/** How many lives go on at a time. */
const LANES = 2;

/** Creates, starts, kills and deletes an app that many times. */
async function repeat(containerd: Containerd, image: string, count: number): Promise<void> {
  const lives = Array.from({ length: count }, (_, index) => `life-${index}`).values();
  const lane = async () => {
    for (const name of lives) {
      await containerd.run(name, image);
      await containerd.ctr(['tasks', 'kill', '--signal', 'SIGKILL', containerd.id(name)]);
      await containerd.untilStopped(name);
      await containerd.delete(name);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

await onEachRelease('many lives', (test, release) => {
  const count = release.version === newer?.version ? 40 : 200;
  test(`${count} of an app leave nothing behind`, async (containerd) => {
    const image = await importApp(containerd, TEST_APP);
    await repeat(containerd, image, 4);
    await containerd.untilClean();
    const before = await countDescriptors(containerd.pid);
    await repeat(containerd, image, count);
    await containerd.untilClean();
    const after = await countDescriptors(containerd.pid);
    assert.ok(after <= before + 2, `containerd had ${before} descriptors open and now has ${after}`);
  });
});
