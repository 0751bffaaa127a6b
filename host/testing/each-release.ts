// Declares the same tests for each release of containerd. A suite has one private containerd; after each test its containers are
// removed, and the test fails when anything of them is left on the machine. `RUNTIME=io.containerd.runc.v2` in the environment shows
// what another shim makes of the same tests.
import { suite } from 'uvu';
import { type Containerd, closeAll, openContainerd, SPIN_RUNTIME } from './containerd.ts';
import { listReleases, type Release } from './releases.ts';

/** Declares a test. Its name is a sentence that states the criterion. */
export type DeclareTest = (name: string, body: (containerd: Containerd) => Promise<void>) => void;

/** Declares and runs, for each release, a suite with the tests that `declare` declares. Rejects when not root. */
export async function onEachRelease(
  name: string,
  declare: (test: DeclareTest, release: Release) => void,
): Promise<void> {
  requireRoot();
  closeOnSignal();
  for (const release of await listReleases()) {
    const context: { containerd?: Containerd } = {};
    const tests = suite(`${name}, containerd ${release.version}`);
    tests.before(async () => {
      const runtime = process.env['RUNTIME'] ?? SPIN_RUNTIME;
      context.containerd = await openContainerd({ release, runtime });
    });
    tests.after(() => context.containerd?.close());
    const test: DeclareTest = (title, body) => {
      tests(title, async () => {
        const { containerd } = context;
        if (containerd === undefined) throw new Error('containerd was not started');
        try {
          await body(containerd);
        } finally {
          await containerd.removeAll();
        }
        await containerd.untilClean();
      });
    };
    declare(test, release);
    tests.run();
  }
}

/** Throws, saying what to do, when not root. */
export function requireRoot(): void {
  if (process.getuid?.() !== 0) throw new Error('containerd and the OCI runtime need root: run this as root');
}

/** Closes every private containerd before a signal or an error ends the process. */
export function closeOnSignal(): void {
  const close = (code: number) => () => void closeAll().finally(() => process.exit(code));
  process.once('SIGTERM', close(143));
  process.once('SIGINT', close(130));
  process.once('uncaughtException', (error) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    close(1)();
  });
}
