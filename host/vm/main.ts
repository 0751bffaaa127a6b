// The command behind `make vm`: boots a small Debian with systemd and cgroup v2 in an emulator, and runs end-to-end tests in it, as the
// guard runs them on a machine. Environment: FILE, test files or folders in place of those that are about cgroups. What the tests say goes
// to standard output, what kernel and systemd say to run/vm/console.log. The first run makes the system's disk, build/vm.
import { mkdir } from 'node:fs/promises';
import { requireRoot } from '../testing/each-release.ts';
import { findRelease } from '../testing/releases.ts';
import { makeRepositoryDisk, makeSystemDisk } from './disk.ts';
import { runMachine } from './machine.ts';

/** What cgroup v2 and systemd change: placement, limits, their change in place, stats, OOM kills, deletion; by cgroupfs as well. */
const DEFAULT_FILES = ['host/cgroup', 'host/vm', 'host/e2e/pod-limits.e2e.ts', 'host/e2e/usage.e2e.ts'];

const print = (text: string): void => void process.stdout.write(`${text}\n`);

requireRoot();
// The machine ends with this process.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
await mkdir('run/vm', { recursive: true });
const { FILE = '' } = process.env;
const files = FILE === '' ? DEFAULT_FILES : FILE.split(' ');
const startedMs = performance.now();
const system = await makeSystemDisk(print);
// The machine has no network to get it by.
await findRelease('2');
const repository = await makeRepositoryDisk(files);
print('==> booting');
const isGood = await runMachine({ system, repository, consoleLog: 'run/vm/console.log', testLog: 'run/vm/tests.log' });
print(`==> all of this took ${((performance.now() - startedMs) / 1000).toFixed(0)} s`);
if (!isGood) process.exitCode = 1;
