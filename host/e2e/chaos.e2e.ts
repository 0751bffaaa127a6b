// Random deaths under load; `make chaos` has many more rounds. After them, as after every test, nothing may be left.
import { runChaos } from '../testing/chaos.ts';
import { onEachPodNode } from '../testing/each-release.ts';
import { listReleases } from '../testing/releases.ts';

const rounds = Number(process.env['ROUNDS'] || 6);
const seed = Number(process.env['SEED'] || 1);
const each = Math.ceil(rounds / (await listReleases()).length);

await onEachPodNode('chaos', (test, release) => {
  test(`of ${each} rounds is survived`, async (node) => {
    const report = (line: string) => void process.stdout.write(`${release.version}, ${line}\n`);
    await runChaos(node, { rounds: each, seed, report });
  });
});
