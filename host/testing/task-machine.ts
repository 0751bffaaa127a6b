// A Task service whose containers are stubs, with short ways to call it and a log of what it tells.
import type { CreateTaskRequest } from '../gen/containerd.task.v3.ts';
import type { MessageType } from '../protobuf/message.ts';
import { TaskService } from '../task/service.ts';
import { Code, statusFromError } from '../ttrpc/status.ts';
import { StubContainer } from './stub-container.ts';

const encoder = new TextEncoder();
const spec = {
  typeUrl: 'types.containerd.io/opencontainers/runtime-spec/1/Process',
  value: encoder.encode('{"cwd":"/"}'),
};

/** The service and what it tells; its container is `c`. */
export class TaskMachine {
  readonly container = new StubContainer();
  /** Events in order: the name, then ids, pid and exit status where there are any. */
  readonly events: string[] = [];
  readonly warnings: string[] = [];
  exits = 0;
  /** What happens while a container is created. */
  creating: (signal: AbortSignal) => Promise<void> = async () => {};
  readonly service = new TaskService({
    shimPid: 7,
    events: { publish: (type, event) => this.events.push(describe(type, event)) },
    createContainer: async (_, signal) => {
      await this.creating(signal);
      return this.container;
    },
    requestExit: () => this.exits++,
    warn: (message) => this.warnings.push(message),
  });

  create(id = 'c'): Promise<unknown> {
    return this.service.create(requestOf(id));
  }

  async run(): Promise<void> {
    await this.create();
    await this.service.start({ id: 'c', execId: '' });
  }

  async addExec(execId = 'e'): Promise<void> {
    const stdio = { stdin: '', stdout: '', stderr: '', terminal: false };
    await this.service.exec({ id: 'c', execId, ...stdio, spec });
  }

  async startExec(execId = 'e'): Promise<void> {
    await this.addExec(execId);
    await this.service.start({ id: 'c', execId });
  }

  async stop(status = 0): Promise<void> {
    this.container.init.end(status);
    await this.service.wait({ id: 'c', execId: '' });
  }

  kill(execId = '', signal = 15, all = false): Promise<unknown> {
    return this.service.kill({ id: 'c', execId, signal, all });
  }

  delete(execId = ''): Promise<object> {
    return this.service.delete({ id: 'c', execId });
  }

  async status(execId = ''): Promise<number | undefined> {
    return (await this.service.state({ id: 'c', execId })).status;
  }
}

/** A request to create a container. */
export function requestOf(id: string): CreateTaskRequest {
  const stdio = { stdin: '/in', stdout: '/out', stderr: '', terminal: false };
  return { id, bundle: '/bundle', rootfs: [], ...stdio, checkpoint: '', parentCheckpoint: '', options: undefined };
}

function describe(type: MessageType<object>, event: object): string {
  const { containerId, execId, id, pid, exitStatus } = event as Record<string, unknown>;
  const name = type.name.replace('containerd.events.Task', '');
  return [name, containerId, execId, id, pid, exitStatus].filter((part) => part !== undefined).join(' ');
}

/** Gives the status code that a call ends with. */
export async function codeOf(promise: Promise<unknown>): Promise<Code> {
  return promise.then(
    () => Code.OK,
    (error) => statusFromError(error).code,
  );
}

/** When a `StubProcess` ends. */
export const EXITED_AT = { seconds: 1n, nanos: 0 };
