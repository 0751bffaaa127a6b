// An app whose image's layers are its parts, as the artifact room left it in the cache: one folder for each image, every blob in a file
// that is named by its SHA-256, and `artifact.json`. The digests were checked when the files were written.

import type { AppPlan, AppSource, ComponentPlan, ComponentSource, Diagnostic } from '../gen/runtime.ts';
import { readContents, readEntry } from './cache.ts';
import { closeSources, type OpenSource } from './image-source.ts';
import { PlanRefusedError } from './plan-refused.ts';
import type { DependencyInput } from './planner.ts';
import { openRootfsFile } from './rootfs.ts';

/** The name of the file that describes an artifact. */
export const ARTIFACT_FILE = 'artifact.json';

/** What an image is that has layers of an app: the digest is that of the locked app or of the only component. */
export type Artifact = { readonly kind: 'locked' | 'component'; readonly digest: string };

/** What diagnostics call a locked app: an image has no file of that name. */
const LOCKED_APP = 'locked app';

/** No locked app is larger: it travels in a line to the plan process. Bytes. */
const MAX_LOCKED_BYTES = 8 * 2 ** 20;

/** Returns the name of a blob's file. */
export function blobName(digest: string): string {
  return digest.replace('sha256:', '');
}

/** Reads an artifact's description; null when the folder is not there, or damaged. */
export async function readArtifact(directory: string): Promise<Artifact | null> {
  return (await readContents(directory)) && ((await readEntry(`${directory}/${ARTIFACT_FILE}`)) as Artifact | null);
}

/** Reads what the guest runtime plans an artifact from. Throws `PlanRefusedError` when that is no text. */
export async function readArtifactSource(directory: string): Promise<AppSource> {
  const artifact = await readArtifact(directory);
  if (artifact === null) throw new Error(`${directory} is damaged`);
  if (artifact.kind === 'component') return { tag: 'component', val: artifact.digest };
  const { handle, size } = await openRootfsFile(directory, blobName(artifact.digest));
  try {
    if (size > MAX_LOCKED_BYTES) throw refuse('the locked app is larger than 8 MiB');
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await handle.readFile());
    return { tag: 'locked', val: { name: LOCKED_APP, text } };
  } catch (error) {
    throw error instanceof TypeError ? refuse('the locked app is not UTF-8 text') : error;
  } finally {
    await handle.close();
  }
}

/** Opens every component's blob. Throws `PlanRefusedError` that names each layer and file that the image does not have. */
export async function openBlobs(directory: string, plan: AppPlan): Promise<OpenSource[]> {
  const contents = new Set(((await readContents(directory)) ?? []).map(({ name }) => name));
  const missing = plan.components.flatMap(({ id, source, dependencies, assets, location }): Diagnostic[] => {
    const parts = [
      source,
      ...dependencies.map((dependency) => dependency.source),
      ...assets.map(({ content }) => content),
    ];
    const digests = parts.flatMap((content) =>
      content.tag === 'digest' && !contents.has(blobName(content.val)) ? [content.val] : [],
    );
    const named = digests.map((digest) => `component \`${id}\`: the image has no layer ${digest}`);
    const fix = 'push the app again';
    return named.map((message) => ({ severity: 'error', file: LOCKED_APP, ...location, message, fix }));
  });
  if (missing.length > 0) throw new PlanRefusedError(missing);
  const sources: OpenSource[] = [];
  try {
    for (const component of plan.components) sources.push(await openComponent(directory, component));
    return sources;
  } catch (error) {
    await closeSources(sources);
    throw error;
  }
}

async function openComponent(directory: string, component: ComponentPlan): Promise<OpenSource> {
  const file = await openBlob(directory, component.source, `component \`${component.id}\``);
  const dependencies: DependencyInput[] = [];
  try {
    for (const dependency of component.dependencies) {
      const what = `dependency ${JSON.stringify(dependency.name)} of component \`${component.id}\``;
      dependencies.push({ ...(await openBlob(directory, dependency.source, what)), dependency });
    }
  } catch (error) {
    await closeSources([{ ...file, component, dependencies }]);
    throw error;
  }
  return { ...file, component, dependencies };
}

async function openBlob(directory: string, source: ComponentSource, what: string) {
  // Only a guest runtime that is not the built-in one could take a component from elsewhere.
  if (source.tag !== 'digest') throw refuse(`${what} is in no layer`);
  const path = source.val;
  const file = await openRootfsFile(directory, blobName(path));
  return { ...file, path, sha256: blobName(path) };
}

function refuse(message: string): PlanRefusedError {
  return new PlanRefusedError([{ severity: 'error', file: LOCKED_APP, message }]);
}
