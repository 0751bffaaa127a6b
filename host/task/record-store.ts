// Task records on disk, outside of the bundles, which containerd may remove first: one folder for each group of containers that share a
// shim, with `<id>.json` and, when its first process has ended, `<id>.exit.json`. The group's folder is how `delete` of a pod sandbox finds
// the other containers of the pod; containerd 2.0 and later calls no `delete` of their own after their shim has crashed.

import { mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readOptional, writeJson } from '../bundle/files.ts';
import type { Exit } from './exit.ts';
import { parseExit, parseTaskRecord, type TaskRecord } from './record.ts';

const RECORD = '.json';
const EXIT = '.exit.json';

/** Which record is meant. */
type RecordKey = Pick<TaskRecord, 'id' | 'groupId'>;

/** The records of one containerd's tasks in one namespace. */
export class RecordStore {
  readonly #directory: string;

  constructor(stateDirectory: string) {
    this.#directory = join(stateDirectory, 'tasks');
  }

  /** Writes a record, in place of an earlier one. */
  async write(record: TaskRecord): Promise<void> {
    await mkdir(this.#groupDirectory(record.groupId), { recursive: true, mode: 0o700 });
    await writeJson(this.#path(record, RECORD), record);
  }

  /** Writes down how a task's first process ended. */
  async writeExit(record: RecordKey, exit: Exit): Promise<void> {
    await writeJson(this.#path(record, EXIT), exit);
  }

  /** Reads how a task's first process ended; null when nobody has seen it. */
  async readExit(record: RecordKey): Promise<Exit | null> {
    return parseExit(await readOptional(this.#path(record, EXIT)));
  }

  /** Finds a task's record in whatever group it is; null when there is none. */
  async find(id: string): Promise<TaskRecord | null> {
    const groups = await readdir(this.#directory).catch(() => []);
    const reads = groups.map((group) => readOptional(join(this.#directory, group, fileName(id, RECORD))));
    const text = (await Promise.all(reads)).find((text) => text !== null);
    return parseTaskRecord(text ?? null);
  }

  /** Lists the records of a group; damaged ones are left out. */
  async listGroup(groupId: string): Promise<TaskRecord[]> {
    const directory = this.#groupDirectory(groupId);
    const names = (await readdir(directory).catch(() => [])).filter((name) => !name.endsWith(EXIT));
    const texts = await Promise.all(names.map((name) => readOptional(join(directory, name))));
    return texts.map(parseTaskRecord).filter((record) => record !== null);
  }

  /** Removes a task's record, and its group's folder when it is empty then. */
  async remove(record: RecordKey): Promise<void> {
    await rm(this.#path(record, EXIT), { force: true });
    await rm(this.#path(record, RECORD), { force: true });
    await rmdir(this.#groupDirectory(record.groupId)).catch(() => {});
  }

  #groupDirectory(groupId: string): string {
    return join(this.#directory, encodeURIComponent(groupId));
  }

  #path({ id, groupId }: RecordKey, suffix: string): string {
    return join(this.#groupDirectory(groupId), fileName(id, suffix));
  }
}

function fileName(id: string, suffix: string): string {
  return encodeURIComponent(id) + suffix;
}
