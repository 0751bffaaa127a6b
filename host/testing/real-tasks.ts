// The Task service with real containers, in this very process: the node's OCI runtime, cgroups, mounts, signals. Its state and its cache
// are in the bundle's own temporary folder. `close` leaves nothing behind.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { becomeChildSubreaper } from '../ffi/child.ts';
import type { CreateTaskRequest } from '../gen/containerd.task.v3.ts';
import type { Any } from '../gen/google.protobuf.ts';
import type { Invocation } from '../invocation.ts';
import { createTaskService } from '../task/create-service.ts';
import type { TaskService } from '../task/service.ts';
import type { Log } from '../telemetry/log.ts';
import { OciBundle } from './oci-bundle.ts';

/** The containerd whose containers these are said to be. */
export const CONTAINERD_ADDRESS = '/run/test/containerd.sock';
const SHIM_ADDRESS = 'unix:///run/test/shim.sock';

/** The process of an exec. */
export type ExecProcess = {
  readonly args: readonly string[];
  readonly env?: readonly string[];
  readonly user?: object;
};

/** A service with one bundle; the container's id is the bundle's mark. */
export class RealTasks {
  readonly bundle: OciBundle;
  readonly service: TaskService;
  readonly events: string[] = [];
  readonly warnings: string[] = [];
  readonly environment: Record<string, string | undefined>;
  readonly #alive: NodeJS.Timeout;

  private constructor(bundle: OciBundle) {
    this.bundle = bundle;
    this.environment = { ...process.env, CONTAINERD_SHIM_SPIN_CONFIG: join(bundle.root, 'config.toml') };
    const note = (message: string) => void this.warnings.push(message);
    const log: Log = { debug: () => {}, info: () => {}, warning: note, error: note };
    becomeChildSubreaper();
    this.service = createTaskService({
      ...{ namespace: 'test', containerdAddress: CONTAINERD_ADDRESS, log, invocation: this.#invocation() },
      shimAddress: SHIM_ADDRESS,
      events: { publish: (type) => this.events.push(type.name.replace('containerd.events.', '')) },
      requestExit: () => {},
    });
    // Signals alone do not keep a process of Node going.
    this.#alive = setInterval(() => {}, 1000);
  }

  /** Opens a service whose bundle runs a shell script; `configuration` is added to the node's. */
  static async open(script: string, configuration = ''): Promise<RealTasks> {
    const bundle = await OciBundle.open(script);
    const folders = `StateDirectory = "${bundle.root}/state"\nCacheDirectory = "${bundle.root}/cache"\n`;
    await writeFile(join(bundle.root, 'config.toml'), folders + configuration);
    return new RealTasks(bundle);
  }

  get id(): string {
    return this.bundle.mark;
  }

  /** The file that gets the container's output. */
  get output(): string {
    return join(this.bundle.root, 'output');
  }

  #invocation(): Invocation {
    const main = join(import.meta.dirname, '../main.ts');
    return {
      ...{ args: [], environment: this.environment, directory: '/', version: '0.0.0' },
      command: [process.execPath, '--disable-warning=ExperimentalWarning', main],
      onTerminate: () => new AbortController().signal,
      onUncaught: () => {},
    };
  }

  /** Creates the container, with its output in `output` unless `changes` say otherwise. */
  async create(changes: Partial<CreateTaskRequest> = {}): Promise<number> {
    const stdio = { stdin: '', stdout: `file://${this.output}`, stderr: `file://${this.output}`, terminal: false };
    const { bundle, rootfs } = this.bundle;
    const rest = { checkpoint: '', parentCheckpoint: '', options: undefined };
    const { pid = 0 } = await this.service.create({ id: this.id, bundle, rootfs, ...stdio, ...rest, ...changes });
    return pid;
  }

  /** Creates and starts the container. */
  async run(changes: Partial<CreateTaskRequest> = {}): Promise<number> {
    const pid = await this.create(changes);
    await this.service.start({ id: this.id, execId: '' });
    return pid;
  }

  /** Runs another process, with its output in `output`. */
  async exec(execId: string, process: ExecProcess): Promise<number> {
    const stdio = { stdin: '', stdout: `file://${this.output}`, stderr: `file://${this.output}`, terminal: false };
    await this.service.exec({ id: this.id, execId, ...stdio, spec: packJson({ cwd: '/', ...process }) });
    const { pid = 0 } = await this.service.start({ id: this.id, execId });
    return pid;
  }

  /** Waits for a process to end and gives its exit status. */
  async wait(execId = ''): Promise<number> {
    const { exitStatus = 0 } = await this.service.wait({ id: this.id, execId });
    return exitStatus;
  }

  async kill(signal = 9, all = false): Promise<void> {
    await this.service.kill({ id: this.id, execId: '', signal, all });
  }

  async delete(execId = ''): Promise<void> {
    await this.service.delete({ id: this.id, execId });
  }

  /** Ends everything. */
  async close(): Promise<void> {
    await this.kill().catch(() => {});
    await this.wait().catch(() => {});
    await this.delete().catch(() => {});
    clearInterval(this.#alive);
    process.removeAllListeners('SIGCHLD');
    await this.bundle.close();
  }
}

/** Packs a value as JSON, as containerd packs parts of a spec. */
export function packJson(value: unknown): Any {
  return { typeUrl: 'json', value: new TextEncoder().encode(JSON.stringify(value)) };
}
