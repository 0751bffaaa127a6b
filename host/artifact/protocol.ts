// What the shim asks the artifact process and what that answers. The process is nobody and has no other way to the machine: what it makes
// of an image's bytes is compared with the image's digests by the shim.

import type { MessageHead } from '../plan/message.ts';
import type { Code } from '../ttrpc/status.ts';
import type { ArtifactLayers, Descriptor } from './image-manifest.ts';

/** A request; the bytes of the manifest or of the archive are its payload. */
export type ArtifactRequest =
  /** Read a manifest or an index. The architecture is the machine's, as images spell it: `amd64`. */
  | (MessageHead & { readonly kind: 'manifest'; readonly architecture: string })
  /** Unpack an archive of files. The answers begin before the payload is read. */
  | (MessageHead & { readonly kind: 'unpack' });

/** What a manifest or an index says. */
export type ManifestAnswer =
  /** An index, and the manifest in it that is meant. */
  | (MessageHead & { readonly kind: 'index'; readonly next: Descriptor })
  | (MessageHead & { readonly kind: 'layers'; readonly layers: ArtifactLayers })
  /** Nothing in it is an app. */
  | (MessageHead & { readonly kind: 'none' });

/** What an archive has: a `file`, its content in any number of `data`, the next file, at the end `done`. */
export type UnpackAnswer =
  | (MessageHead & { readonly kind: 'file' })
  | (MessageHead & { readonly kind: 'data' })
  | (MessageHead & { readonly kind: 'done' });

/** The image is at fault. */
export type FailedAnswer = MessageHead & { readonly kind: 'failed'; readonly code: Code; readonly message: string };

/** Any answer. */
export type ArtifactAnswer = ManifestAnswer | UnpackAnswer | FailedAnswer;
