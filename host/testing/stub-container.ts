// A container without a machine, for tests of the Task service: it notes what it is asked, ends when it is told to, and waits or fails
// where a test wants that.
import type { Any } from '../gen/google.protobuf.ts';
import type { Container, RunningProcess, Stdio } from '../task/container.ts';
import type { Exit } from '../task/exit.ts';

/** A process that ends when a test says so. */
export class StubProcess implements RunningProcess {
  readonly pid: number;
  readonly ended: Promise<Exit>;
  readonly drained: Promise<void>;
  /** What it was asked, in order. */
  readonly calls: string[] = [];
  readonly #end: (exit: Exit) => void;

  constructor(pid: number) {
    const { promise, resolve } = Promise.withResolvers<Exit>();
    this.pid = pid;
    this.ended = promise;
    this.drained = promise.then(() => {});
    this.#end = resolve;
  }

  /** Ends the process, a second after the start of 1970. */
  end(status: number): void {
    this.#end({ status, atMs: 1000 });
  }

  kill(signal: number): void {
    this.calls.push(`kill ${signal}`);
  }

  resize(columns: number, rows: number): void {
    this.calls.push(`resize ${columns}x${rows}`);
  }

  closeStdin(): void {
    this.calls.push('closeStdin');
  }
}

/** A container that does as it is told. */
export class StubContainer implements Container {
  readonly bundle = '/bundle';
  readonly init = new StubProcess(100);
  /** Processes of execs by their id. */
  readonly execs = new Map<string, StubProcess>();
  readonly calls: string[] = [];
  leadsGroup = false;
  hasPrivatePidNamespace = true;
  pids: number[] = [100];
  oomKills = 0n;
  /** Tells the service that `oomKills` has changed. */
  oomChanged: () => void = () => {};
  /** What happens in each call, by name; a test may make one wait or fail. */
  readonly during: Record<string, () => void | Promise<void>> = {};
  #nextPid = 201;

  async #call(name: string, ...args: readonly unknown[]): Promise<void> {
    this.calls.push([name, ...args].join(' '));
    await this.during[name]?.();
  }

  start(): Promise<void> {
    return this.#call('start');
  }

  kill(signal: number, all: boolean): Promise<void> {
    return this.#call('kill', signal, ...(all ? ['all'] : []));
  }

  killRemaining(): Promise<void> {
    return this.#call('killRemaining');
  }

  async exec(execId: string, spec: string, _stdio: Stdio): Promise<RunningProcess> {
    await this.#call('exec', execId, spec);
    const process = new StubProcess(this.#nextPid++);
    this.execs.set(execId, process);
    return process;
  }

  pause(): Promise<void> {
    return this.#call('pause');
  }

  resume(): Promise<void> {
    return this.#call('resume');
  }

  update(resources: string): Promise<void> {
    return this.#call('update', resources);
  }

  async stats(): Promise<Any> {
    return { typeUrl: 'stats', value: new Uint8Array() };
  }

  async listPids(): Promise<number[]> {
    return this.pids;
  }

  async countOomKills(): Promise<bigint> {
    return this.oomKills;
  }

  watchOomKills(changed: () => void): void {
    this.oomChanged = changed;
  }

  recordExit({ status }: Exit): Promise<void> {
    return this.#call('recordExit', status);
  }

  delete(): Promise<void> {
    return this.#call('delete');
  }
}
