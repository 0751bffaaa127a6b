// Puts the Task service together out of the real things.

import type { EventSink } from '../events/publisher.ts';
import type { Invocation } from '../invocation.ts';
import type { Log } from '../telemetry/log.ts';
import { createContainer } from './create.ts';
import { Reaper } from './reaper.ts';
import { TaskService } from './service.ts';

/** What the shim gives to its service. */
export type TaskContext = {
  readonly namespace: string;
  readonly containerdAddress: string;
  /** Where containerd reaches this shim. */
  readonly shimAddress: string;
  readonly events: EventSink;
  readonly log: Log;
  readonly invocation: Invocation;
  /** Ends the shim once what is being answered is answered. */
  readonly requestExit: () => void;
};

/** Creates the service of a shim, which must be a child subreaper. */
export function createTaskService(context: TaskContext): TaskService {
  const { namespace, containerdAddress, shimAddress, events, log, invocation, requestExit } = context;
  // Folders made for a container's user must be as open as they are asked to be, whatever containerd's own mask is.
  process.umask(0o022);
  const reaper = new Reaper();
  process.on('SIGCHLD', () => reaper.sweep());
  const { environment, command } = invocation;
  const machine = { namespace, containerdAddress, shimAddress, environment, command, log, reaper };
  return new TaskService({
    shimPid: process.pid,
    events,
    createContainer: (request, signal) => createContainer(request, machine, signal),
    requestExit,
    warn: (message, error) => log.warning(message, { error }),
  });
}
