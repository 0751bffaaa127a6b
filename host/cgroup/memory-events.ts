// Hears from the kernel that a cgroup has run out of memory: on version 2 a file changes, on version 1 a counter that was registered in
// cgroup.event_control. https://docs.kernel.org/admin-guide/cgroup-v1/memory.html#oom-control

import { closeSync, type FSWatcher, openSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openEventCounter } from '../ffi/event-counter.ts';
import { type Cgroup, UNIFIED } from './path.ts';

/** Version 1 tells before it kills: how much later the kill is counted for certain, in milliseconds. */
const KILL_MS = 200;

/**
 * Calls back when the kernel may have killed a process of the cgroup for lack of memory; returns how to stop. A cgroup that cannot be
 * watched is not: what it counts is also read when its first process ends.
 */
export function watchMemoryEvents({ version, directories }: Cgroup, changed: () => void): () => void {
  const directory = directories[version === 2 ? UNIFIED : 'memory'];
  if (directory === undefined) return () => {};
  try {
    return version === 2 ? watchEvents(directory, changed) : watchOomControl(directory, changed);
  } catch {
    // Out of inotify watches or descriptors, or the cgroup is gone.
    return () => {};
  }
}

function watchEvents(directory: string, changed: () => void): () => void {
  const watcher: FSWatcher = watch(join(directory, 'memory.events'), { persistent: false }, changed);
  watcher.on('error', () => {});
  return () => watcher.close();
}

function watchOomControl(directory: string, changed: () => void): () => void {
  const counter = openEventCounter(() => {
    changed();
    setTimeout(changed, KILL_MS).unref();
  });
  try {
    const control = openSync(join(directory, 'memory.oom_control'), 'r');
    try {
      writeFileSync(join(directory, 'cgroup.event_control'), `${counter.descriptor} ${control}`);
    } finally {
      closeSync(control);
    }
  } catch (error) {
    counter.close();
    throw error;
  }
  return counter.close;
}
