// The Task service, containerd.task.v2 and v3: one method for each call, which validates, asks the container, publishes and answers.
// https://github.com/containerd/containerd/blob/main/api/runtime/task/v3/shim.proto
//
// containerd relies on the order of events: create, start, exit, delete for the task; exec-added, exec-started, exit for an exec, whose
// exit comes before the task's. How that is kept when a process ends at any moment is in endings.ts.

import type { EventSink } from '../events/publisher.ts';
import * as event from '../gen/containerd.events.ts';
import { ProcessDetails } from '../gen/containerd.runc.v1.ts';
import type * as api from '../gen/containerd.task.v3.ts';
import type { ProcessInfo } from '../gen/containerd.v1.types.ts';
import type { Any, Empty } from '../gen/google.protobuf.ts';
import { packAny } from '../protobuf/any.ts';
import type { Fields } from '../protobuf/message.ts';
import { timestampFromMs } from '../protobuf/timestamp.ts';
import type { Call, Handlers } from '../ttrpc/service.ts';
import { Code, StatusError } from '../ttrpc/status.ts';
import type { Container } from './container.ts';
import { Endings } from './endings.ts';
import { UNKNOWN_EXIT_STATUS } from './exit.ts';
import type { TaskProcess } from './process.ts';
import { TaskRegistry } from './registry.ts';
import { statusOfState } from './state.ts';
import { Task } from './task.ts';

/** `SIGKILL` of asm-generic/signal.h. */
const SIGKILL = 9;

/** What the service is made of. */
export type TaskServiceOptions = {
  readonly shimPid: number;
  readonly events: EventSink;
  /** Creates a container; rejects when `signal` aborts. Nothing is left of a container that could not be created. */
  readonly createContainer: (request: api.CreateTaskRequest, signal: AbortSignal) => Promise<Container>;
  /** Ends the shim. */
  readonly requestExit: () => void;
  /** Told of what could not be done and is nobody's answer. */
  readonly warn: (message: string, error: unknown) => void;
};

/** The Task service of one shim. */
export class TaskService implements Handlers<typeof api.Task> {
  readonly #options: TaskServiceOptions;
  readonly #events: EventSink;
  readonly #tasks: TaskRegistry;
  readonly #endings: Endings;

  constructor(options: TaskServiceOptions) {
    this.#options = options;
    this.#events = options.events;
    this.#tasks = new TaskRegistry(options.requestExit);
    this.#endings = new Endings(options.events, options.warn);
  }

  readonly create = async (request: api.CreateTaskRequest, call?: Call): Promise<Fields<api.CreateTaskResponse>> => {
    if (request.checkpoint) throw unimplemented('restoring from a checkpoint');
    const { id, bundle, rootfs, stdin, stdout, stderr, terminal } = request;
    const io = { stdin, stdout, stderr, terminal };
    const task = await this.#tasks.create(id, call?.signal, async (signal) => {
      return new Task(id, await this.#options.createContainer(request, signal), io);
    });
    const { pid } = task.init;
    this.#events.publish(event.TaskCreate, { containerId: id, bundle, rootfs, io, checkpoint: '', pid });
    this.#endings.watchTask(task);
    return { pid };
  };

  readonly start = async ({ id, execId }: api.StartRequest): Promise<Fields<api.StartResponse>> => {
    const task = this.#tasks.get(id);
    const process = task.process(execId);
    await process.serialize(() => (execId === '' ? this.#startInit(task) : this.#startExec(task, process)));
    return { pid: process.pid };
  };

  async #startInit(task: Task): Promise<void> {
    const { init, container } = task;
    if (init.state !== 'created' || task.isEnding)
      throw failedPrecondition(`task ${task.id} cannot be started (again)`);
    await container.start();
    init.apply('start');
    this.#events.publish(event.TaskStart, { containerId: task.id, pid: init.pid });
  }

  async #startExec(task: Task, process: TaskProcess): Promise<void> {
    const { execId } = process;
    if (task.isEnding) throw failedPrecondition(`cannot exec in task ${task.id}: its process has ended`);
    if (process.state !== 'created') throw failedPrecondition(`exec ${execId} was started already`);
    try {
      process.attach(await task.container.exec(execId, process.spec, process.stdio));
    } catch (error) {
      // Whoever waits for the exit must not wait for ever.
      process.recordExit({ status: UNKNOWN_EXIT_STATUS, atMs: Date.now() });
      throw error;
    }
    process.apply('start');
    if (process.isStdinClosed) process.running?.closeStdin();
    this.#events.publish(event.TaskExecStarted, { containerId: task.id, execId, pid: process.pid });
    this.#endings.watchExec(task, process);
  }

  readonly state = async ({ id, execId }: api.StateRequest): Promise<Fields<api.StateResponse>> => {
    const task = this.#tasks.get(id);
    const process = task.process(execId);
    return {
      ...{ id, execId, bundle: task.container.bundle, pid: process.pid },
      ...process.stdio,
      status: statusOfState[process.state],
      ...exitFields(process),
    };
  };

  readonly wait = async ({ id, execId }: api.WaitRequest): Promise<Fields<api.WaitResponse>> => {
    const process = this.#tasks.get(id).process(execId);
    await process.exited;
    return exitFields(process);
  };

  readonly kill = async ({ id, execId, signal, all }: api.KillRequest): Promise<Empty> => {
    const task = this.#tasks.get(id);
    const process = task.process(execId);
    const running = process.requireRunning();
    if (execId === '') await process.include(task.container.kill(signal, all));
    else running.kill(signal);
    return {};
  };

  readonly delete = async ({ id, execId }: api.DeleteRequest): Promise<Fields<api.DeleteResponse>> => {
    const task = this.#tasks.get(id);
    const process = task.process(execId);
    if (execId === '') await this.#deleteInit(task);
    else await this.#deleteExec(task, process);
    return { pid: process.pid, ...exitFields(process) };
  };

  async #deleteInit(task: Task): Promise<void> {
    const { init, container, id } = task;
    if (init.state === 'created') {
      await container.kill(SIGKILL, false).catch(() => {});
      await init.exited;
    }
    await init.serialize(async () => {
      if (init.state !== 'stopped') throw failedPrecondition(`cannot delete task ${id}: it is ${init.state}`);
      await init.running?.drained;
      await container.delete();
      init.apply('delete');
      this.#events.publish(event.TaskDelete, { containerId: id, pid: init.pid, ...exitFields(init) });
      this.#tasks.remove(id);
    });
  }

  async #deleteExec(task: Task, process: TaskProcess): Promise<void> {
    await process.serialize(async () => {
      if (process.state === 'created') process.recordExit({ status: UNKNOWN_EXIT_STATUS, atMs: Date.now() });
      if (process.state !== 'stopped') throw failedPrecondition(`cannot delete exec ${process.execId}: it is running`);
      await process.running?.drained;
      process.apply('delete');
      task.removeExec(process.execId);
    });
  }

  readonly exec = async (request: api.ExecProcessRequest): Promise<Empty> => {
    const { id, execId, stdin, stdout, stderr, terminal } = request;
    const task = this.#tasks.get(id);
    if (!execId) throw new StatusError(Code.INVALID_ARGUMENT, 'an exec needs an id');
    if (task.isEnding) throw failedPrecondition(`cannot exec in task ${id}: its process has ended`);
    task.addExec(execId, { stdin, stdout, stderr, terminal }, jsonOf(request.spec, 'exec'));
    this.#events.publish(event.TaskExecAdded, { containerId: id, execId });
    return {};
  };

  readonly pids = async ({ id }: api.PidsRequest): Promise<Fields<api.PidsResponse>> => {
    const task = this.#tasks.get(id);
    const pids = new Set(await task.container.listPids());
    // After its restart containerd takes a task without processes for leaked and removes it, and with it the exit it has yet to ask for.
    if (pids.size === 0) pids.add(task.init.pid);
    const execIds = new Map(task.execs.map((process) => [process.pid, process.execId]));
    return { processes: [...pids].map((pid) => processInfo(pid, execIds.get(pid))) };
  };

  readonly pause = async ({ id }: api.PauseRequest): Promise<Empty> => {
    const { init, container } = this.#tasks.get(id);
    await init.serialize(async () => {
      init.apply('pause');
      try {
        await container.pause();
      } catch (error) {
        if (init.state === 'pausing') init.apply('fail');
        throw error;
      }
      init.apply('paused');
      this.#events.publish(event.TaskPaused, { containerId: id });
    });
    return {};
  };

  readonly resume = async ({ id }: api.ResumeRequest): Promise<Empty> => {
    const { init, container } = this.#tasks.get(id);
    await init.serialize(async () => {
      if (init.state !== 'paused') throw failedPrecondition(`cannot resume task ${id}: it is ${init.state}`);
      await container.resume();
      init.apply('resume');
      this.#events.publish(event.TaskResumed, { containerId: id });
    });
    return {};
  };

  readonly update = async ({ id, resources }: api.UpdateTaskRequest): Promise<Empty> => {
    const { init, container } = this.#tasks.get(id);
    const json = jsonOf(resources, 'update');
    await init.serialize(async () => {
      init.requireRunning();
      await container.update(json);
    });
    return {};
  };

  readonly stats = async ({ id }: api.StatsRequest): Promise<Fields<api.StatsResponse>> => {
    const task = this.#tasks.get(id);
    return { stats: await task.container.stats() };
  };

  readonly closeIO = async ({ id, execId, stdin }: api.CloseIORequest): Promise<Empty> => {
    const process = this.#tasks.get(id).process(execId);
    if (!stdin) return {};
    // May arrive while an exec is being started, which then finds this note.
    process.isStdinClosed = true;
    process.running?.closeStdin();
    return {};
  };

  readonly resizePty = async ({ id, execId, width, height }: api.ResizePtyRequest): Promise<Empty> => {
    const process = this.#tasks.get(id).process(execId);
    process.requireRunning().resize(width, height);
    return {};
  };

  readonly connect = async ({ id }: api.ConnectRequest): Promise<Fields<api.ConnectResponse>> => {
    return { shimPid: this.#options.shimPid, taskPid: this.#tasks.find(id)?.init.pid ?? 0 };
  };

  readonly checkpoint = async (): Promise<Empty> => {
    throw unimplemented('checkpoints');
  };

  readonly shutdown = async (): Promise<Empty> => {
    this.#tasks.shutDown();
    return {};
  };
}

function exitFields({ exit }: TaskProcess): { exitStatus?: number; exitedAt?: { seconds: bigint; nanos: number } } {
  return exit ? { exitStatus: exit.status, exitedAt: timestampFromMs(exit.atMs) } : {};
}

function processInfo(pid: number, execId: string | undefined): ProcessInfo {
  return { pid, info: execId === undefined ? undefined : packAny(ProcessDetails, { execId }) };
}

function jsonOf(any: Any | undefined, what: string): string {
  if (!any) throw new StatusError(Code.INVALID_ARGUMENT, `${what} without a description`);
  return new TextDecoder().decode(any.value);
}

function failedPrecondition(message: string): StatusError {
  return new StatusError(Code.FAILED_PRECONDITION, message);
}

function unimplemented(what: string): StatusError {
  return new StatusError(Code.UNIMPLEMENTED, `${what}: not implemented`);
}
