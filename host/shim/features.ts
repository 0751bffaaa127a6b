// EDGE: asks the node's default OCI runtime what it can do, for `-info`. containerd reads it before it uses idmapped mounts.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const TIMEOUT_MS = 2000;

/** Gives the JSON that `runc features` prints, or nothing where it cannot tell. */
export async function readFeatures(environment: Readonly<Record<string, string | undefined>>): Promise<Uint8Array> {
  try {
    const { stdout } = await promisify(execFile)('runc', ['features'], {
      env: environment as NodeJS.ProcessEnv,
      timeout: TIMEOUT_MS,
      encoding: 'buffer',
    });
    return stdout;
  } catch {
    return new Uint8Array(0);
  }
}
