// The `artifact` role of the executable: a process that reads the manifest of one image and unpacks its archives. It parses what comes
// from images, so it gives up its privileges first, and it reaches nothing but its standard input and output (protocol.ts).

import process from 'node:process';
import { dropPrivileges, writeOutput } from '../plan/role.ts';
import { serveSession } from './session.ts';

/** Serves requests on standard input until it ends. Rejects when the input is malformed. */
export async function runArtifact(): Promise<void> {
  dropPrivileges();
  await serveSession(process.stdin, writeOutput);
}
