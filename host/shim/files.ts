// EDGE: the files and descriptors that containerd gives to a shim: standard streams, the bundle's config.json and `address`, the
// `log` FIFO, and the OOM score that the kernel keeps for each process. All are small and in memory, so that calls which wait are the
// quickest; none of them can wait for anybody else.
import { constants, openSync, readFileSync, unlinkSync, writeFileSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import type { Annotations } from '../bundle/annotations.ts';

// containerd promises no more than this.
const MAX_INPUT_LENGTH = 10 << 20;

/** Reads standard input to its end, but not from a terminal. Throws `RangeError` when there is too much of it. */
export function readStandardInput(): Uint8Array {
  if (isatty(0)) return new Uint8Array(0);
  const bytes = readFileSync(0);
  if (bytes.length > MAX_INPUT_LENGTH) {
    throw new RangeError(`cannot read standard input: more than ${MAX_INPUT_LENGTH} bytes`);
  }
  return bytes;
}

/** Writes to standard output, at once and whole. */
export function writeStandardOutput(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at);
}

/** Writes a line to standard error, or drops it when nobody reads or the reader is slow. */
export function writeStandardError(line: string): void {
  try {
    writeSync(2, line);
  } catch (error) {
    if (!isErrno(error, 'EAGAIN', 'EPIPE', 'EBADF')) throw error;
  }
}

/** Reads the annotations of a bundle's container; a bundle without config.json has none. Throws on JSON that does not parse. */
export function readAnnotations(bundle: string): Annotations {
  const text = readOptional(`${bundle}/config.json`);
  return text === undefined ? undefined : (JSON.parse(text) as { annotations?: Annotations }).annotations;
}

/** Writes the bundle's `address` file, by which containerd finds the shim again after its own restart. */
export function writeAddress(bundle: string, address: string): void {
  writeFileSync(`${bundle}/address`, address, { mode: 0o600 });
}

/** Reads the bundle's `address` file; undefined when there is none. */
export function readAddress(bundle: string): string | undefined {
  return readOptional(`${bundle}/address`);
}

/** Removes a file; it is no error when there is none. */
export function removeFile(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
  }
}

/** Opens the bundle's `log` FIFO for writing without ever blocking; undefined when containerd does not read one. */
export function openLog(bundle: string): number | undefined {
  try {
    return openSync(`${bundle}/log`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENXIO')) return undefined;
    throw error;
  }
}

// The score of a process the kernel would kill first, proc(5).
const MAX_OOM_SCORE = 1000;

/** Makes a process one point likelier to be killed for memory than this one, which has containerd's score; where that is allowed. */
export function adjustOomScore(pid: number): void {
  const own = Number(readFileSync('/proc/self/oom_score_adj', 'utf8'));
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, String(Math.min(own + 1, MAX_OOM_SCORE)));
  } catch (error) {
    if (!isErrno(error, 'EACCES', 'EPERM')) throw error;
  }
}

function readOptional(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function isErrno(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
