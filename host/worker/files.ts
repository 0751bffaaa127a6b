// What the shim laid out for the worker in its read-only mount, and the descriptor that says whether the shim still lives.

import { fstatSync, readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { type PreparedApp, parsePreparedApp } from '../plan/prepared-app.ts';
import { CONTROL_FD, type WorkerConfig, type WorkerPaths } from './config.ts';

/** Reads the worker's configuration and the app. Blocks: nothing else is under way yet. */
export function readWorkerInput(paths: WorkerPaths): { config: WorkerConfig; app: PreparedApp } {
  const config = JSON.parse(readFileSync(paths.config, 'utf8')) as WorkerConfig;
  return { config, app: parsePreparedApp(readFileSync(`${paths.app}/app.json`, 'utf8')) };
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
