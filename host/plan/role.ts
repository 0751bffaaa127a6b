// What a process in a role has in common that parses what comes from images (role-process.ts).

import process from 'node:process';

/** The user and group that own nothing: `nobody` and `nogroup`. */
const NOBODY = 65534;

/** Becomes nobody, for good and without capabilities. A process that was not started by root has nothing to give up. */
export function dropPrivileges(): void {
  if (process.getuid?.() !== 0) return;
  process.setgroups?.([]);
  process.setgid?.(NOBODY);
  process.setuid?.(NOBODY);
}

/** Writes to standard output. Resolves when the bytes are with the kernel. */
export function writeOutput(bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}
