// Why some cases cannot pass, whatever the shim: what stands in the table instead of critest's own words. Pure.

const REASONS: readonly (readonly [RegExp, string])[] = [
  [
    /recursive readonly mount/,
    'containerd 2.x offers this only to handlers whose `runtime_type` is `io.containerd.runc.v2`; 1.6 to none',
  ],
  [/UserNamespaces/, 'needs an OCI runtime with ID-mapped mounts (runc 1.2), and the same `runtime_type`'],
  [/image with digest/, 'the one image with that digest is in a public registry; all others are made here'],
  [/MaskedPaths/, "the shell of Debian's busybox, which stands in for the test image, has an `ls` of its own"],
];

/** Gives the reason for which a case is known not to pass; null for a case that should. */
export function knownReason(name: string): string | null {
  return REASONS.find(([pattern]) => pattern.test(name))?.[1] ?? null;
}
