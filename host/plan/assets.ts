// Lays out the single files of a component as a folder, which its container gets as a read-only mount:
//   <cache>/files/<key>/tree/...
// The files share their place on the disk with the blobs of the artifact that they are from.

import type { AppPlan, Asset } from '../gen/runtime.ts';
import { blobName } from './artifact-source.ts';
import { createDraft, type Draft, readContents } from './cache.ts';
import { digestOf } from './digest.ts';
import { FILES_TREE } from './prepared-app.ts';

/** Returns the key of a component's files: the name of their folder below `<cache>/files`. Null when it has none. */
export function filesKeyOf(assets: readonly Asset[]): string | null {
  return assets.length === 0 ? null : digestOf(['files', 1, assets]);
}

/** Writes the folders of all components of a plan, unless they are there. `directory` is the artifact's. */
export async function writeAssets(cache: string, directory: string, plan: AppPlan): Promise<void> {
  const sizes = new Map(((await readContents(directory)) ?? []).map(({ name, size }) => [name, size]));
  for (const { assets } of plan.components) {
    const key = filesKeyOf(assets);
    const folder = `${cache}/files/${key}`;
    if (key === null || (await readContents(folder))) continue;
    const draft = await createDraft(cache, folder);
    try {
      for (const asset of assets) await writeAsset(draft, asset, directory, sizes);
      await draft.commit();
    } finally {
      await draft.discard();
    }
  }
}

/** Returns a plan whose components have their files as a mount at the guest's root. `mount` is where the worker finds them, by key. */
export function mountAssets(plan: AppPlan, mount: string): AppPlan {
  const components = plan.components.map((component) => {
    const key = filesKeyOf(component.assets);
    if (key === null) return component;
    return { ...component, assets: [], files: [...component.files, { source: `${mount}/${key}`, destination: '/' }] };
  });
  return { ...plan, components };
}

async function writeAsset(
  draft: Draft,
  { path, content }: Asset,
  directory: string,
  sizes: ReadonlyMap<string, number>,
): Promise<void> {
  const name = `${FILES_TREE}/${path}`;
  if (content.tag === 'inline') {
    const bytes = content.val;
    await draft.write({ name, size: bytes.length }, chunksOf(bytes));
  } else {
    const blob = blobName(content.val);
    await draft.link({ name, size: sizes.get(blob) ?? 0 }, `${directory}/${blob}`);
  }
}

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield bytes;
}
