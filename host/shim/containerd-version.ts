// EDGE: asks containerd's executable for its version. Between 1.7 and 2.2 nothing else tells the versions apart, and only 2.0 and later
// understand a version 3 reply. The answer is kept under /run for each executable as it is on disk, so that it is asked once.
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { sha256 } from '../sha256.ts';

const DIRECTORY = '/run/containerd-shim-spin/containerd-version';
const TIMEOUT_MS = 2000;

/** Gives what `<path> --version` prints, from the cache when it can. Rejects when it cannot be run. */
export async function readContainerdVersion(path: string, directory: string = DIRECTORY): Promise<string> {
  const { size, mtimeMs, ino } = statSync(path);
  const name = sha256(`${path} ${size} ${mtimeMs} ${ino}`);
  const cached = `${directory}/${name}`;
  try {
    return readFileSync(cached, 'utf8');
  } catch {
    const { stdout } = await promisify(execFile)(path, ['--version'], { timeout: TIMEOUT_MS });
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(`${cached}.${process.pid}`, stdout, { mode: 0o600 });
    renameSync(`${cached}.${process.pid}`, cached);
    return stdout;
  }
}
