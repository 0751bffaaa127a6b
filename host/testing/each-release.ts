// Declares the same tests for each release of containerd. A suite has one private containerd; after each test its containers are
// removed, and the test fails when anything of them is left on the machine. `RUNTIME=io.containerd.runc.v2` in the environment shows
// what another shim makes of the same tests.
import { suite } from 'uvu';
import { type Containerd, closeAll, openContainerd, SPIN_RUNTIME } from './containerd.ts';
import { openPodNode, type PodNode } from './pod-node.ts';
import { listReleases, type Release } from './releases.ts';

/** Declares a test. Its name is a sentence that states the criterion. */
export type DeclareTest<Subject = Containerd> = (name: string, body: (subject: Subject) => Promise<void>) => void;

/** What a suite's tests are about: there before the first, emptied after each, gone after the last. */
type Subject = Pick<Containerd, 'removeAll' | 'untilClean' | 'close'>;

type Open<Opened> = (options: { readonly release: Release; readonly runtime: string }) => Promise<Opened>;

/** Declares and runs, for each release, a suite with the tests that `declare` declares. Rejects when not root. */
export function onEachRelease(name: string, declare: (test: DeclareTest, release: Release) => void): Promise<void> {
  return onEach(name, openContainerd, declare);
}

/** The same with CRI, for tests of pods. With `CGROUP_DRIVER=systemd` in the environment systemd makes the cgroups. */
export function onEachPodNode(
  name: string,
  declare: (test: DeclareTest<PodNode>, release: Release) => void,
): Promise<void> {
  const usesSystemd = process.env['CGROUP_DRIVER'] === 'systemd';
  return onEach(name, (options) => openPodNode({ ...options, usesSystemd }), declare);
}

async function onEach<Opened extends Subject>(
  name: string,
  open: Open<Opened>,
  declare: (test: DeclareTest<Opened>, release: Release) => void,
): Promise<void> {
  requireRoot();
  closeOnSignal();
  for (const release of await listReleases()) {
    const context: { subject?: Opened } = {};
    const tests = suite(`${name}, containerd ${release.version}`);
    tests.before(async () => {
      const runtime = process.env['RUNTIME'] ?? SPIN_RUNTIME;
      context.subject = await open({ release, runtime });
    });
    tests.after(() => context.subject?.close());
    const test: DeclareTest<Opened> = (title, body) => {
      tests(title, async () => {
        const { subject } = context;
        if (subject === undefined) throw new Error('containerd was not started');
        try {
          await body(subject);
        } finally {
          await subject.removeAll();
        }
        await subject.untilClean();
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
  let isClosing = false;
  const close = (code: number) => () => {
    if (isClosing) return;
    isClosing = true;
    void closeAll().finally(() => process.exit(code));
  };
  // Not once: timeout(1) sends its signal twice, to the process and to its group.
  process.on('SIGTERM', close(143));
  process.on('SIGINT', close(130));
  process.once('uncaughtException', (error) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    close(1)();
  });
}
