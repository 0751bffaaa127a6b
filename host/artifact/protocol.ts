// What the shim and the artifact process say to each other: one JSON text each way.

import type { Code } from '../ttrpc/status.ts';

/** Which container's image is asked for, on standard input. */
export type ArtifactRequest = {
  /** containerd's unix socket. */
  readonly address: string;
  readonly namespace: string;
  readonly containerId: string;
  readonly cacheDirectory: string;
};

/** The answer, on standard output: a folder of the cache, why there is none, or what went wrong. */
export type ArtifactAnswer =
  | { readonly directory: string }
  | { readonly none: string }
  | { readonly code: Code; readonly message: string };
