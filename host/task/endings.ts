// What happens when a process ends, in the order that containerd relies on:
//
//   - an exit is told only after the start of the same process was told, though the process may end before its start returns;
//   - it is told only after a signal that the OCI runtime sends was answered: containerd 1.6 closes a container's connection when it hears
//     of its exit, and whoever waits for that answer would get an error;
//   - a container's exit is the last one of the container: execs that run or are being started come first;
//   - processes that the kernel does not kill with the first one, because they share another pid namespace, are killed;
//   - an OOM kill is told before the exit that it caused.

import type { EventSink } from '../events/publisher.ts';
import * as event from '../gen/containerd.events.ts';
import { timestampFromMs } from '../protobuf/timestamp.ts';
import type { Exit } from './exit.ts';
import type { TaskProcess } from './process.ts';
import type { Task } from './task.ts';

/** Exit status of a process that SIGKILL has ended. */
const KILLED = 137;

/** Follows processes to their end. */
export class Endings {
  readonly #events: EventSink;
  readonly #warn: (message: string, error: unknown) => void;

  constructor(events: EventSink, warn: (message: string, error: unknown) => void) {
    this.#events = events;
    this.#warn = warn;
  }

  /** Follows a task's first process, and its OOM kills. */
  watchTask(task: Task): void {
    task.container.watchOomKills(() => void this.#reportOomKills(task));
    void task.container.init.ended.then((exit) => this.#endInit(task, exit));
  }

  /** Follows the process of an exec that was started. */
  watchExec(task: Task, process: TaskProcess): void {
    void process.running?.ended.then((exit) => this.#endExec(task, process, exit));
  }

  async #endInit(task: Task, exit: Exit): Promise<void> {
    task.isEnding = true;
    await task.init.settle();
    if (!task.container.hasPrivatePidNamespace) {
      await task.container.killRemaining().catch((error) => this.#warn('cannot kill the remaining processes', error));
    }
    await Promise.all(task.execs.map((process) => this.#waitForExec(process)));
    await this.#reportOomKills(task, exit.status === KILLED);
    await task.container.recordExit(exit).catch((error) => this.#warn('cannot write the exit down', error));
    this.#end(task, task.init, exit);
  }

  async #waitForExec(process: TaskProcess): Promise<void> {
    await process.settle();
    if (process.running) await process.exited;
  }

  async #endExec(task: Task, process: TaskProcess, exit: Exit): Promise<void> {
    await process.settle();
    await this.#reportOomKills(task);
    this.#end(task, process, exit);
  }

  #end(task: Task, process: TaskProcess, exit: Exit): void {
    process.recordExit(exit);
    this.#events.publish(event.TaskExit, {
      containerId: task.id,
      id: process.execId || task.id,
      pid: process.pid,
      exitStatus: exit.status,
      exitedAt: timestampFromMs(exit.atMs),
    });
  }

  async #reportOomKills(task: Task, wasKilled = false): Promise<void> {
    const kills = await task.container.countOomKills(wasKilled);
    if (kills <= task.reportedOomKills) return;
    task.reportedOomKills = kills;
    this.#events.publish(event.TaskOOM, { containerId: task.id });
  }
}
