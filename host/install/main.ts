// The roles `install` and `uninstall`: put this executable on a node and its handler into containerd's configuration, or take both away.
// A containerd that does not come up with the change gets its configuration back, and is restarted once more.
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { mappedLibraries } from '../oci/mapped-files.ts';
import { Code, StatusError } from '../ttrpc/status.ts';
import { hasTables } from './addition.ts';
import { type Arguments, parseArguments } from './arguments.ts';
import { runCommand } from './command.ts';
import type { Table } from './configuration.ts';
import { type Cri, type CriRuntime, listPods, readCri } from './cri.ts';
import { libraryPaths, missingLibraries } from './libraries.ts';
import { NodeFiles } from './node.ts';
import { type Edit, executableIn, type Plan, planInstall, planUninstall, revert } from './plan.ts';

const PAUSE_MS = 200;

/** Says a line to the operator. */
type Say = (line: string) => void;

/** A node that is worked on. */
type Work = { readonly arguments: Arguments; readonly files: NodeFiles; readonly plan: Plan; readonly say: Say };

/** Installs. `executable` is this process's own. Rejects with what went wrong; containerd then runs as before. */
export async function runInstall(args: readonly string[], executable: string, say: Say): Promise<void> {
  const work = await openNode(args, planInstall, say);
  const { plan, files } = work;
  const target = executableIn(plan.directory);
  announce(work);
  if (work.arguments.isDryRun) return;
  const loaded = mappedLibraries(await readFile('/proc/self/maps', 'utf8')).map(({ path }) => path);
  const libraries = missingLibraries(loaded, (path) => files.exists(path), plan.directory);
  for (const { source, path } of libraries) await files.place(source, path);
  await files.place(executable, target);
  say(`${target}: in place${libraries.map(({ path }) => `, with ${path}`).join('')}`);
  await runCommand(inNode(work, [work.arguments.restart ? files.here(target) : target, '-v']));
  const serves = ({ runtimes }: Cri) => runtimes[work.arguments.handler]?.runtimeType === target;
  const before = await readCri(socketOf(work)).catch(() => undefined);
  if (plan.edits.length > 0 || before === undefined || !serves(before)) await change(work, serves);
  say(`containerd serves the handler ${work.arguments.handler}`);
}

/** Uninstalls. Rejects with what went wrong; containerd then runs as before. */
export async function runUninstall(args: readonly string[], say: Say): Promise<void> {
  const work = await openNode(args, planUninstall, say);
  const { plan, files } = work;
  const { handler } = work.arguments;
  announce(work);
  if (work.arguments.isDryRun) return;
  const pods = work.arguments.isForced ? [] : await listPods(socketOf(work), handler).catch(() => []);
  if (pods.length > 0) {
    const message = `pods run under the handler ${handler}: ${pods.join(', ')}; remove them first, or say --force`;
    throw new StatusError(Code.FAILED_PRECONDITION, message);
  }
  if (plan.edits.length > 0)
    await change(work, ({ runtimes }) => runtimes[handler]?.runtimeType !== executableIn(plan.directory));
  files.remove([executableIn(plan.directory), ...libraryPaths(plan.directory)], plan.directory);
  say(`containerd serves no handler ${handler} of ours; ${plan.directory} is gone`);
}

async function openNode(args: readonly string[], makePlan: typeof planInstall, say: Say): Promise<Work> {
  const parsed = parseArguments(args);
  const files = new NodeFiles(parsed.host);
  const view = {
    exists: (path: string) => files.exists(path),
    read: (path: string) => files.read(path),
    containerdVersion: undefined,
    runc: undefined,
  };
  // Where containerd listens follows from the kind of node, which its version does not change.
  const { distribution } = makePlan(view, parsed);
  const cri = await readCri(files.here(parsed.address ?? distribution.socket)).catch(() => undefined);
  const plan = makePlan({ ...view, containerdVersion: cri?.version, runc: tableOf(cri?.runtimes['runc']) }, parsed);
  return { arguments: parsed, files, plan, say };
}

/** The table that a runtime has in a configuration. */
function tableOf(runtime: CriRuntime | undefined): Table | undefined {
  return runtime && { options: runtime.options ?? {}, base_runtime_spec: runtime.baseRuntimeSpec };
}

function announce({ plan, say, arguments: { host, isDryRun } }: Work): void {
  say(`node at ${host}: ${plan.distribution.name}`);
  for (const { path, before = '', after } of plan.edits) {
    say(`${path}: ${after === undefined ? 'to be removed' : 'to be written'}`);
    if (isDryRun && after !== undefined && hasTables(after))
      say(after.slice(after.startsWith(before) ? before.length : 0));
  }
  if (plan.edits.length === 0) say('the configuration is as it should be');
}

/** Applies the edits, restarts containerd and waits until it says what it should; otherwise takes everything back. */
async function change(work: Work, isDone: (cri: Cri) => boolean): Promise<void> {
  const { plan, say } = work;
  try {
    applyAll(work, plan.edits);
    await restart(work);
    await untilReady(work, isDone);
  } catch (cause) {
    say(`containerd does not come up as it should: ${(cause as Error).message}`);
    applyAll(work, revert(plan.edits));
    await restart(work).catch((error: Error) => say(error.message));
    await untilReady(work, () => true);
    throw new Error('containerd did not come up with the change and runs with its old configuration again', { cause });
  }
}

function applyAll({ files }: Work, edits: readonly Edit[]): void {
  for (const edit of edits) files.apply(edit);
}

async function restart(work: Work): Promise<void> {
  const { plan, say } = work;
  const { restart: own } = work.arguments;
  if (own === undefined && plan.isWatched)
    return say('containerd is restarted by its keeper, which watches its configuration');
  if (own === undefined && plan.units.length === 0) {
    const units = plan.distribution.units.join(', ');
    throw new StatusError(Code.FAILED_PRECONDITION, `no unit of systemd to restart (${units}): say --restart COMMAND`);
  }
  const command = own ?? inNode(work, ['systemctl', 'try-restart', ...plan.units]);
  say(`restarting containerd: ${command.join(' ')}`);
  await runCommand(command);
}

/** What runs a command where the node's first process is, with the node's own programs and libraries. */
function inNode({ arguments: { host, restart: own } }: Work, command: readonly string[]): readonly string[] {
  if (host === '/' || own !== undefined) return command;
  return ['nsenter', '-t', '1', '-m', '-u', '-i', '-n', '-p', ...command];
}

function socketOf({ arguments: { address }, files, plan }: Work): string {
  return files.here(address ?? plan.distribution.socket);
}

async function untilReady(work: Work, isDone: (cri: Cri) => boolean): Promise<void> {
  const { timeoutSeconds } = work.arguments;
  const deadline = performance.now() + timeoutSeconds * 1000;
  let last = 'its runtimes are not what they should be';
  while (performance.now() < deadline) {
    const cri = await readCri(socketOf(work)).catch((error: Error) => {
      last = error.message;
    });
    if (cri?.isReady && isDone(cri)) return;
    await delay(PAUSE_MS);
  }
  throw new Error(`not within ${timeoutSeconds} s: ${last}`);
}

/** Writes lines to standard output. */
export function sayLine(line: string): void {
  process.stdout.write(`${line}\n`);
}
