// What an image has to offer for an app: its manifest, and the files that the plan names. Everything that is missing is said at once.

import type { AppPlan, ComponentPlan, ComponentSource, Diagnostic, FileMount, Location } from '../gen/runtime.ts';
import { digestFile } from './digest.ts';
import { PlanRefusedError } from './plan-refused.ts';
import type { DependencyInput } from './planner.ts';
import { formatRemote, REMOTE_FILE, type RemoteSource, type Remotes } from './remote-source.ts';
import { isRootfsDirectory, MANIFEST_PATH, openRootfsFile, type RootfsFile } from './rootfs.ts';

/** No manifest is larger. Bytes. */
const MAX_MANIFEST_BYTES = 2 ** 20;

/** A component's file, open, with the SHA-256 of its content. */
export type OpenSource = RootfsFile & {
  readonly component: ComponentPlan;
  readonly path: string;
  readonly sha256: string;
  readonly dependencies: readonly DependencyInput[];
};

/** Reads the manifest's text. Throws `PlanRefusedError` when there is none, or none that is text. */
export async function readManifest(rootfs: string): Promise<string> {
  const file = await openRootfsFile(rootfs, MANIFEST_PATH).catch((error: NodeJS.ErrnoException) => {
    const fix = 'copy the manifest to /spin.toml in the Dockerfile';
    throw refuse(MANIFEST_PATH, `the image has no manifest: ${describe(error)}`, fix);
  });
  try {
    if (file.size > MAX_MANIFEST_BYTES) throw refuse(MANIFEST_PATH, 'the manifest is larger than 1 MiB');
    return new TextDecoder('utf-8', { fatal: true }).decode(await file.handle.readFile());
  } catch (error) {
    throw error instanceof TypeError ? refuse(MANIFEST_PATH, 'the manifest is not UTF-8 text') : error;
  } finally {
    await file.handle.close();
  }
}

/** Opens and hashes every component's file. Throws `PlanRefusedError` that names each file and directory that is not there. */
export async function openSources(rootfs: string, plan: AppPlan, remotes: Remotes): Promise<OpenSource[]> {
  const origin = { rootfs, remotes };
  const problems: Diagnostic[] = [];
  const sources: OpenSource[] = [];
  for (const component of plan.components) {
    const source = await openSource(origin, component, problems);
    if (source !== null) sources.push(source);
    for (const mount of component.files) {
      if (!(await isRootfsDirectory(rootfs, mount.source))) problems.push(missingDirectory(component, mount));
    }
  }
  if (problems.length === 0) return sources;
  await closeSources(sources);
  throw new PlanRefusedError(problems);
}

/** Closes what `openSources` opened. */
export async function closeSources(sources: readonly OpenSource[]): Promise<void> {
  const files = sources.flatMap((source) => [source, ...source.dependencies]);
  await Promise.all(files.map(({ handle }) => handle.close()));
}

/** Opens a component's file and those of its dependencies. Notes what is not there in `problems`. */
async function openSource(
  origin: Origin,
  component: ComponentPlan,
  problems: Diagnostic[],
): Promise<OpenSource | null> {
  const { id, location, source } = component;
  const file = await openWasm(origin, source, `component \`${id}\``, location, `component.${id}.source`);
  const dependencies: DependencyInput[] = [];
  for (const dependency of component.dependencies) {
    const { name, location: place, source: from } = dependency;
    const what = `dependency ${JSON.stringify(name)} of component \`${id}\``;
    const opened = await openWasm(origin, from, what, place, `component.${id}.dependencies.${JSON.stringify(name)}`);
    if ('message' in opened) problems.push(opened);
    else dependencies.push({ ...opened, dependency });
  }
  if (!('message' in file)) return { ...file, component, dependencies };
  problems.push(file);
  await Promise.all(dependencies.map(({ handle }) => handle.close()));
  return null;
}

type WasmFile = RootfsFile & { readonly path: string; readonly sha256: string };

/** Where sources are: in the image, or in the cache when they are from elsewhere. */
type Origin = { readonly rootfs: string; readonly remotes: Remotes };

async function openWasm(
  origin: Origin,
  source: ComponentSource,
  what: string,
  location: Location | undefined,
  field: string,
): Promise<WasmFile | Diagnostic> {
  if (source.tag === 'url' || source.tag === 'registry') {
    const found = origin.remotes.find(source);
    if ('directory' in found) return openRemote(found.directory, source);
    return diagnose(location, field, `${what}: ${found.message}`, found.fix);
  }
  const path = source.val.startsWith('/') ? source.val : `/${source.val}`;
  try {
    const file = await openRootfsFile(origin.rootfs, path);
    return { ...file, path, sha256: await digestFile(file.handle) };
  } catch (error) {
    const message = `${what}: cannot open ${path} in the image: ${describe(error as NodeJS.ErrnoException)}`;
    return diagnose(location, field, message, 'copy the wasm file into the image');
  }
}

async function openRemote(directory: string, source: RemoteSource): Promise<WasmFile> {
  const file = await openRootfsFile(directory, REMOTE_FILE);
  return { ...file, path: formatRemote(source), sha256: await digestFile(file.handle) };
}

function missingDirectory(component: ComponentPlan, mount: FileMount): Diagnostic {
  const message = `component \`${component.id}\`: ${mount.source} is not a directory of the image`;
  return diagnose(
    mount.location,
    `component.${component.id}.files`,
    message,
    'only directories can be mounted from an image',
  );
}

function diagnose(location: Location | undefined, field: string, message: string, fix: string): Diagnostic {
  return { severity: 'error', file: MANIFEST_PATH, ...location, field, message, fix };
}

function refuse(file: string, message: string, fix?: string): PlanRefusedError {
  return new PlanRefusedError([{ severity: 'error', file, message, fix }]);
}

/** A system error in words; its own message would name paths of the machine. */
function describe(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ENOENT':
      return 'no such file';
    case 'ENOTDIR':
      return 'a part of the path is not a directory';
    case 'EISDIR':
      return 'not a regular file';
    case 'ELOOP':
      return 'too many links';
    default:
      return error.code ?? error.message;
  }
}
