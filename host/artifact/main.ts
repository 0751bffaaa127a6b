// The `artifact` role of the executable: a process that asks containerd for the layers of one image and puts them into the cache. It runs
// no code of the app and looks at nothing but the image's manifest and the frames of archives.

import process from 'node:process';
import { text } from 'node:stream/consumers';
import { Connection } from '../containerd/connection.ts';
import { statusFromError } from '../ttrpc/status.ts';
import { fetchArtifact } from './fetch.ts';
import type { ArtifactAnswer, ArtifactRequest } from './protocol.ts';

/** Answers the request on standard input. */
export async function runArtifact(): Promise<void> {
  const request = JSON.parse(await text(process.stdin)) as ArtifactRequest;
  const answer = JSON.stringify(await answerTo(request));
  await new Promise<void>((resolve) => process.stdout.write(answer, () => resolve()));
}

async function answerTo({ address, namespace, ...rest }: ArtifactRequest): Promise<ArtifactAnswer> {
  using connection = new Connection(address, namespace);
  try {
    return await fetchArtifact({ connection, architecture: process.arch === 'x64' ? 'amd64' : process.arch, ...rest });
  } catch (error) {
    return statusFromError(error);
  }
}
