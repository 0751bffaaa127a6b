// What the Task service asks of a container and of its processes. The real one (oci-container.ts) is made by create.ts; tests use a stub.

import type { Any } from '../gen/google.protobuf.ts';
import type { Exit } from './exit.ts';

/** A process that exists, or did. */
export interface RunningProcess {
  readonly pid: number;
  /** Resolves when the process has ended and was reaped; its streams are then being given up. */
  readonly ended: Promise<Exit>;
  /** Sends a signal to this process alone. Throws a system error. */
  kill(signal: number): void;
  /** Sets the size of its terminal in characters; does nothing without a terminal. */
  resize(columns: number, rows: number): void;
  /** Lets it see the end of its input. */
  closeStdin(): void;
  /** Resolves when its output is copied and its streams are closed, which takes a bounded time after its end. */
  readonly drained: Promise<void>;
}

/** Where a process's standard streams go, in the words of containerd's requests. */
export type Stdio = {
  readonly stdin: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly terminal: boolean;
};

/** A container that the OCI runtime has created. */
export interface Container {
  readonly bundle: string;
  /** Its first process, which waits for `start`. */
  readonly init: RunningProcess;
  /** Whether its group is named after it, as a pod is after its sandbox: without it no other container joins the group. */
  readonly leadsGroup: boolean;
  /** Whether the kernel kills all other processes when the first one ends. */
  readonly hasPrivatePidNamespace: boolean;
  start(): Promise<void>;
  /** Signals the first process, or all of them. Rejects with NOT_FOUND when there is none. */
  kill(signal: number, all: boolean): Promise<void>;
  /** Kills whatever is left and waits until it is gone. */
  killRemaining(): Promise<void>;
  /** Runs another process; `spec` is the JSON of its description. */
  exec(execId: string, spec: string, stdio: Stdio): Promise<RunningProcess>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Changes limits; `resources` is the JSON of a spec's `linux.resources`. */
  update(resources: string): Promise<void>;
  /** Reads the usage, also after the end. */
  stats(): Promise<Any>;
  /** Lists the pids of all its processes. */
  listPids(): Promise<number[]>;
  /** Reads how many of its processes the kernel has killed for lack of memory. */
  countOomKills(wasKilled?: boolean): Promise<bigint>;
  /** Calls back when `countOomKills` may have changed, where the kernel tells. */
  watchOomKills(changed: () => void): void;
  /** Writes the end of the first process down, for a later `delete` by another process. */
  recordExit(exit: Exit): Promise<void>;
  /** Removes the container and unmounts its root file system. */
  delete(): Promise<void>;
}
