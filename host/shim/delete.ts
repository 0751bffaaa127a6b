// `delete`: containerd calls it after every deletion and after the death of a shim. It cleans what is left of a container, and of its
// whole group when the container is the group's pod sandbox, and may find nothing to do.
import { DeleteResponse } from '../gen/containerd.task.v3.ts';
import type { Invocation } from '../invocation.ts';
import { cleanUp } from '../task/clean-up.ts';
import { parseAddress } from './address.ts';
import { isAlive } from './daemon.ts';
import { readAddress, removeFile } from './files.ts';
import type { Flags } from './flags.ts';

/** Cleans up and gives the reply for standard output. */
export async function deleteContainer(flags: Flags, invocation: Invocation): Promise<Uint8Array> {
  const bundle = flags.bundle || invocation.directory;
  const response = await cleanUp({
    namespace: flags.namespace,
    id: flags.id,
    bundle,
    containerdAddress: flags.address,
    invocation,
  });
  const address = readAddress(bundle);
  if (address) await removeStaleSocket(parseAddress(address));
  return DeleteResponse.encode(response);
}

/** A socket that answers belongs to a shim with other containers. */
async function removeStaleSocket(path: string): Promise<void> {
  if (!(await isAlive(path))) removeFile(path);
}
