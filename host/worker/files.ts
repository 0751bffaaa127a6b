// What the shim laid out for the worker in its read-only mount, the descriptor that says whether the shim still lives, and the file for
// the worker's last words.

import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { dirname, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { type PreparedApp, parsePreparedApp } from '../plan/prepared-app.ts';
import { CONTROL_FD, type WorkerConfig, type WorkerPaths } from './config.ts';

/** What the shim laid out: the container, and the app. */
export type WorkerInput = { readonly config: WorkerConfig; readonly app: PreparedApp };

/** Reads the worker's configuration and the app. Blocks: nothing else is under way yet. */
export function readWorkerInput(paths: WorkerPaths): WorkerInput {
  const config = JSON.parse(readFileSync(paths.config, 'utf8')) as WorkerConfig;
  return { config, app: parsePreparedApp(readFileSync(`${paths.app}/app.json`, 'utf8')) };
}

/** The environment variable that names the runtime configuration's file. The name is that of Spin's command line. */
const CONFIG_VARIABLE = 'RUNTIME_CONFIG_FILE';

/** Where it is otherwise, if anywhere. */
const DEFAULT_CONFIG = '/runtime-config.toml';

/** A runtime configuration; its path is as it was named. */
export type RuntimeConfigFile = { readonly path: string; readonly text: string };

/** Reads the runtime configuration, its path relative to the app's root; null when there is none. Throws when one that was named cannot be read. */
export function readRuntimeConfig(
  root: string,
  environment: Readonly<Record<string, string>>,
): RuntimeConfigFile | null {
  const named = environment[CONFIG_VARIABLE] || undefined;
  const path = named ?? DEFAULT_CONFIG;
  const text = readTextIn(root, path);
  if (text === null && named !== undefined) throw new Error(`${CONFIG_VARIABLE} names ${path}, which does not exist`);
  return text === null ? null : { path, text };
}

/** Reads a file of environment variables, its path relative to the app's root; none when it does not exist. */
export function readEnvironmentFile(root: string, path: string): Readonly<Record<string, string>> {
  return parseEnv(readTextIn(root, path) ?? '') as Record<string, string>;
}

/** Reads a file that a runtime configuration names, its path relative to the configuration's folder. Throws an `Error` that names it. */
export function readConfigFile(root: string, config: RuntimeConfigFile | null, path: string): string {
  const full = resolve('/', dirname(config?.path ?? '/'), path);
  const text = readTextIn(root, full);
  if (text === null) throw new Error(`${config?.path ?? ''} names ${full}, which does not exist`);
  return text;
}

/** Where the certificates are that a container trusts, unless `SSL_CERT_FILE` names another file: Debian's place, and an operator's. */
const ROOTS_FILE = '/etc/ssl/certs/ca-certificates.crt';

/** Reads the root certificates that the container trusts: of `SSL_CERT_FILE`, and those in the folders of `SSL_CERT_DIR`. */
export function readRoots(root: string, environment: Readonly<Record<string, string>>): string[] {
  const file = readTextIn(root, environment['SSL_CERT_FILE'] || ROOTS_FILE);
  const folders = (environment['SSL_CERT_DIR'] ?? '').split(':').filter((folder) => folder !== '');
  const files = folders.flatMap((folder) => listFiles(root, folder).map((name) => `${folder}/${name}`));
  return [file, ...files.map((path) => readTextIn(root, path))].filter((text) => text !== null);
}

function listFiles(root: string, folder: string): string[] {
  try {
    const entries = readdirSync(pathIn(root, folder), { withFileTypes: true });
    return entries.flatMap((entry) => (entry.isDirectory() ? [] : entry.name));
  } catch {
    return [];
  }
}

function pathIn(root: string, path: string): string {
  return resolve(root, path.replace(/^\/+/, ''));
}

function readTextIn(root: string, path: string): string | null {
  try {
    return readFileSync(pathIn(root, path), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** A kubelet reads no more of a termination message, in bytes. */
const TERMINATION_MESSAGE_BYTES = 4096;

/** Writes why the container ends, for a kubelet, to a file that exists. The log says the same, so it is no error when that cannot be done. */
export function writeTerminationMessage(path: string, message: string): void {
  const bytes = new TextEncoder().encode(message).subarray(0, TERMINATION_MESSAGE_BYTES);
  // Leaves out a character that is cut in two.
  const text = new TextDecoder().decode(bytes, { stream: true });
  try {
    const file = openSync(path, constants.O_WRONLY | constants.O_TRUNC);
    writeSync(file, text);
    closeSync(file);
  } catch {
    // Mounted read-only, or on a full disk.
  }
}

/** Resolves when the shim has closed its end of the control descriptor. Never, when there is no such descriptor. */
export function watchControl(): Promise<void> {
  return new Promise((resolve) => {
    if (!isPipe(CONTROL_FD)) return;
    const control = new Socket({ fd: CONTROL_FD, readable: true, writable: false });
    control.on('error', () => resolve());
    control.on('close', () => resolve());
    control.resume();
    control.unref();
  });
}

function isPipe(descriptor: number): boolean {
  try {
    const stat = fstatSync(descriptor);
    return stat.isFIFO() || stat.isSocket();
  } catch {
    return false;
  }
}
