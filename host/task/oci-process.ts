// A process that the OCI runtime has left to this one: its streams or terminal, its signals, its end.

import type { Streams } from '../stdio/open.ts';
import { Terminal } from '../stdio/terminal.ts';
import type { RunningProcess } from './container.ts';
import type { Exit } from './exit.ts';

/** How long output may still come after a process has ended, because something else holds its terminal open, in milliseconds. */
const DRAIN_MS = 10_000;

/** A container's first process or one of an exec. */
export class OciProcess implements RunningProcess {
  readonly pid: number;
  readonly ended: Promise<Exit>;
  readonly drained: Promise<void>;
  readonly #io: Streams | Terminal;

  constructor(pid: number, ended: Promise<Exit>, io: Streams | Terminal) {
    this.pid = pid;
    this.ended = ended;
    this.#io = io;
    this.drained = ended.then(() => io.close(AbortSignal.timeout(DRAIN_MS)));
  }

  kill(signal: number): void {
    process.kill(this.pid, signal);
  }

  resize(columns: number, rows: number): void {
    if (this.#io instanceof Terminal) this.#io.resize(columns, rows);
  }

  closeStdin(): void {
    this.#io.closeStdin();
  }
}
