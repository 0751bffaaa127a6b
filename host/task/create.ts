// Makes a container out of a Create request: options, root file system, what kind of container it is, standard streams, then the OCI
// runtime. When a step fails, those before it are undone in reverse.

import { close } from 'node:fs';
import { join, resolve } from 'node:path';
import { groupIdOf } from '../bundle/annotations.ts';
import {
  bundleFiles,
  isSystemdRunning,
  readNodeOptions,
  readOptions,
  readSpec,
  writeAddress,
} from '../bundle/files.ts';
import { mountRootfs, unmountAll } from '../bundle/mount.ts';
import { type Options, optionsFromAny } from '../bundle/options.ts';
import { type Settings, settingsOf } from '../bundle/settings.ts';
import { hasPrivatePidNamespace, type Spec } from '../bundle/spec.ts';
import { findCgroup, joinCgroup, planCgroup, readPidsRoom } from '../cgroup/cgroupfs.ts';
import type { Cgroup } from '../cgroup/path.ts';
import { openPipe, type Pipe } from '../ffi/descriptor.ts';
import type { CreateTaskRequest } from '../gen/containerd.task.v3.ts';
import type { Any } from '../gen/google.protobuf.ts';
import { readImageKind } from '../oci/image-kind.ts';
import { OciRuntime, type ProcessDescriptors } from '../oci/runtime.ts';
import type { StreamOwner } from '../stdio/open.ts';
import type { Log } from '../telemetry/log.ts';
import { Code, StatusError } from '../ttrpc/status.ts';
import { WORKER_THREADS } from '../worker/config.ts';
import { identifyProcess } from './identity.ts';
import { OciContainer, readPid } from './oci-container.ts';
import { OciProcess } from './oci-process.ts';
import { openIo, type PendingIo } from './process-io.ts';
import type { Reaper } from './reaper.ts';
import type { TaskRecord } from './record.ts';
import { RecordStore } from './record-store.ts';
import { removeContainer } from './remove-container.ts';

/** What all containers of a shim have in common. */
export type CreateContext = {
  readonly namespace: string;
  readonly containerdAddress: string;
  /** Where containerd reaches this shim. */
  readonly shimAddress: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** How to run this executable. */
  readonly command: readonly string[];
  readonly log: Log;
  readonly reaper: Reaper;
};

/** What is known of a container before it is made. */
type Draft = {
  readonly request: CreateTaskRequest;
  readonly spec: Spec;
  readonly settings: Settings;
  readonly runtime: OciRuntime;
  readonly records: RecordStore;
  readonly streamOwner: StreamOwner;
  /** As it is while the container is being made. */
  readonly record: TaskRecord;
};

/** Creates a container. Rejects with a `StatusError` or a system error; nothing is left of it then. */
export async function createContainer(
  request: CreateTaskRequest,
  context: CreateContext,
  signal: AbortSignal,
): Promise<OciContainer> {
  await using undo = new AsyncDisposableStack();
  const onFailure = (step: () => Promise<void>) => {
    undo.defer(() => step().catch((error) => context.log.warning('cannot clean up after a failed create', { error })));
  };
  const draft = await prepare(request, context);
  const { bundle } = request;
  await writeAddress(bundle, context.shimAddress);
  if (request.rootfs.length > 0) {
    const rootfs = join(bundle, bundleFiles.rootfs);
    await mountRootfs(request.rootfs, rootfs);
    onFailure(() => unmountAll(rootfs));
  }
  const { kind, release } = await prepareKind(draft, context);
  onFailure(async () => release());
  signal.throwIfAborted();
  await draft.records.write(draft.record);
  onFailure(() => draft.records.remove(draft.record));
  const io = await openIo(request, draft.streamOwner, draft.settings.consoleDirectory);
  onFailure(() => io.discard());
  const control = kind === 'spin' ? openPipe() : null;
  onFailure(async () => closeQuietly(control?.write));
  onFailure(() => removeContainer(draft.record, draft.runtime));
  const releaseControl = () => {
    closeQuietly(control?.write);
    release();
  };
  const container = await create(draft, context, io, kind, control, releaseControl);
  undo.move();
  return container;
}

async function prepare(request: CreateTaskRequest, context: CreateContext): Promise<Draft> {
  const [spec, node, options, hasSystemd] = await Promise.all([
    readSpec(request.bundle),
    readNodeOptions(context.environment),
    readRequestOptions(request.options),
    isSystemdRunning(),
  ]);
  for (const warning of [...node.warnings, ...options.warnings]) context.log.warning(warning, { id: request.id });
  const settings = settingsOf(options.options, node.options, spec, { ...context, hasSystemd });
  if (settings.shimCgroup !== null) await moveShim(settings.shimCgroup);
  const oci = { binary: settings.ociRuntime, root: settings.ociRoot, systemdCgroup: settings.systemdCgroup };
  const shim = await identifyProcess(process.pid);
  if (shim === null) throw new Error('cannot read when this process started');
  const { id, bundle } = request;
  const cgroup = await planCgroup(spec.linux?.cgroupsPath);
  return {
    request,
    spec,
    settings,
    runtime: new OciRuntime(oci, bundle, context.environment),
    records: new RecordStore(settings.stateDirectory),
    streamOwner: { id, namespace: context.namespace, user: settings.streamUser },
    record: { id, groupId: groupIdOf(spec.annotations, id), bundle, shim, oci, pid: null, cgroup },
  };
}

// Every container of a pod asks for the same; being there already is no error.
async function moveShim(path: string): Promise<void> {
  await joinCgroup(path, process.pid).catch((cause: Error) => {
    const message = `cannot put the shim where option ShimCgroup says: ${cause.message}`;
    throw new StatusError(Code.FAILED_PRECONDITION, message, { cause });
  });
}

async function readRequestOptions(any: Any | undefined): Promise<{ options: Options; warnings: readonly string[] }> {
  const request = optionsFromAny(any);
  return request.configPath === null ? request : readOptions(request.configPath);
}

/** What kind of container it is, and what lets go of its app. */
type PreparedKind = { readonly kind: 'linux' | 'spin'; readonly release: () => void };

async function prepareKind({ request, spec, settings }: Draft, context: CreateContext): Promise<PreparedKind> {
  const { id, bundle } = request;
  const rootfs = resolve(bundle, spec.root.path);
  const kind = await readImageKind(rootfs, spec);
  if (kind === 'linux') return { kind, release: () => {} };
  const { prepareSpinBundle } = await import('./spin.ts');
  const hasManifest = kind === 'spin';
  const release = await prepareSpinBundle({ id, bundle, rootfs, spec, settings, context, hasManifest });
  return { kind: 'spin', release };
}

async function create(
  draft: Draft,
  context: CreateContext,
  io: PendingIo,
  kind: 'linux' | 'spin',
  control: Pipe | null,
  releaseControl: () => void,
): Promise<OciContainer> {
  const { request, runtime, settings, spec, records } = draft;
  const pidFile = join(request.bundle, bundleFiles.initPid);
  using _ = context.reaper.hold();
  await runCreate(draft, io, control, pidFile);
  const pid = await readPid(pidFile);
  const ended = context.reaper.watch(pid);
  const [attached, cgroup] = await Promise.all([io.attach(), findCgroup(pid)]);
  if (kind === 'spin') await requireThreads(cgroup);
  const record = { ...draft.record, pid, cgroup };
  await records.write(record);
  return new OciContainer({
    ...{ record, records, runtime, cgroup, streamOwner: draft.streamOwner, reaper: context.reaper },
    ...{ kind, init: new OciProcess(pid, ended, attached) },
    hasPrivatePidNamespace: hasPrivatePidNamespace(spec),
    consoleDirectory: settings.consoleDirectory,
    releaseControl,
  });
}

async function requireThreads(cgroup: Cgroup): Promise<void> {
  const room = await readPidsRoom(cgroup);
  if (room >= WORKER_THREADS) return;
  const message = `a Spin container needs ${WORKER_THREADS} processes and threads, and the pids limits of its cgroup leave ${room}`;
  throw new StatusError(Code.RESOURCE_EXHAUSTED, message);
}

async function runCreate(
  { request, runtime, settings }: Draft,
  io: PendingIo,
  control: Pipe | null,
  pidFile: string,
): Promise<void> {
  const { noPivotRoot, noNewKeyring } = settings;
  const options = {
    ...{ bundle: request.bundle, pidFile, noPivotRoot, noNewKeyring },
    consoleSocket: io.consoleSocket,
    preservedDescriptors: control ? 1 : 0,
  };
  const descriptors: ProcessDescriptors = control ? [...io.descriptors, control.read] : io.descriptors;
  try {
    await runtime.create(request.id, options, descriptors);
  } finally {
    closeQuietly(control?.read);
  }
}

function closeQuietly(descriptor: number | undefined): void {
  if (descriptor !== undefined) close(descriptor, () => {});
}
