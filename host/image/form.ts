// The forms that images of an app have, by the tool that makes such images elsewhere.

import { encodeImage, type ImageOptions } from './archive.ts';
import { encodeComponentArtifact, encodeSpinArtifact, readOnlyComponent } from './artifact.ts';
import type { Table } from './locked-app.ts';
import { upgradeManifest } from './manifest-v1.ts';
import type { TarEntry } from './tar.ts';

const FORMS = ['docker', 'spin', 'spin-archive', 'spin-1', 'wkg'] as const;

/** Files (`docker build`), layers (`spin registry push`, files one by one or in archives, or that of Spin 1), one component (`wkg oci push`). */
export type Form = (typeof FORMS)[number];

/** Whether a text names a form. */
export function isForm(text: string): text is Form {
  return (FORMS as readonly string[]).includes(text);
}

/** Makes an image of an app out of its manifest, read, and the files of its folder. Only files have a platform of their own. */
export function encodeForm(
  form: Form,
  manifest: Table | null,
  entries: readonly TarEntry[],
  options: ImageOptions,
): Promise<Uint8Array> {
  if (form === 'docker') return encodeImage(entries, options);
  if (manifest === null) throw new Error(`an image of the form ${form} needs a manifest that can be read`);
  const app = upgradeManifest(manifest);
  const { name } = options;
  if (form === 'wkg') return encodeComponentArtifact(readOnlyComponent(app, entries), name);
  const isConfigLocked = form === 'spin-1';
  return encodeSpinArtifact(app, entries, { name, hasArchives: form === 'spin-archive', isConfigLocked });
}
