// Puts the Task service together for one shim: what the task room needs, from what the shim knows.
import process from 'node:process';
import type { EventSink } from '../events/publisher.ts';
import type { Task } from '../gen/containerd.task.v3.ts';
import type { Invocation } from '../invocation.ts';
import { TaskService } from '../task/service.ts';
import type { Log } from '../telemetry/log.ts';
import type { Handlers } from '../ttrpc/service.ts';
import { Code, StatusError } from '../ttrpc/status.ts';

/** What the Task service gets to know of the shim it lives in. */
export type TaskContext = {
  readonly namespace: string;
  /** containerd's gRPC socket; part of every path that two containerds could share. */
  readonly containerdAddress: string;
  readonly events: EventSink;
  readonly log: Log;
  readonly invocation: Invocation;
  readonly isDebug: boolean;
  /** Ends the shim once what is being answered is answered. For Shutdown, and for a group whose sandbox is gone. */
  readonly requestExit: () => void;
};

/** Creates the Task service of a shim. */
export type CreateTaskService = (context: TaskContext) => Promise<Handlers<typeof Task>>;

/** Creates the service whose containers are the OCI runtime's. */
export const createTaskService: CreateTaskService = async ({ events, log, requestExit }) =>
  new TaskService({
    shimPid: process.pid,
    events,
    requestExit,
    createContainer: async () => {
      throw new StatusError(Code.UNIMPLEMENTED, 'containers cannot be created yet');
    },
    warn: (message, error) => log.warning(message, { error }),
  });
