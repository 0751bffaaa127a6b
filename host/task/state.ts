// The states of a task's process, of the container's first one and of those that exec adds, and what leads from one to another:
//
//   created ──start──▶ running ──pause──▶ pausing ──paused──▶ paused
//      │                │  ▲  ▲              │  │                │  │
//      │                │  │  └────fail──────┘  │                │  │
//      │                │  └──────────────resume─────────────────┘  │
//      └──────exit──────┴──────────exit─────────┴───────exit────────┘
//                                   ▼
//                                stopped ──delete──▶ deleted
//
// created  its process waits to be let go (init), or does not exist yet (exec)
// pausing  the OCI runtime was asked to freeze it
// stopped  its exit is recorded; the process and its output may be read until it is deleted

import { Status } from '../gen/containerd.v1.types.ts';
import { Code, StatusError } from '../ttrpc/status.ts';

/** Where a process is in its life. */
export type ProcessState = 'created' | 'running' | 'pausing' | 'paused' | 'stopped' | 'deleted';

/** What may happen to a process. */
export type ProcessEvent = 'start' | 'pause' | 'paused' | 'fail' | 'resume' | 'exit' | 'delete';

const transitions: Readonly<Record<ProcessState, Partial<Record<ProcessEvent, ProcessState>>>> = {
  created: { start: 'running', exit: 'stopped' },
  running: { pause: 'pausing', exit: 'stopped' },
  pausing: { paused: 'paused', fail: 'running', exit: 'stopped' },
  paused: { resume: 'running', exit: 'stopped' },
  stopped: { delete: 'deleted' },
  deleted: {},
};

/** Returns the state after an event. Throws FAILED_PRECONDITION when the event cannot happen in this state. */
export function nextState(state: ProcessState, event: ProcessEvent): ProcessState {
  const next = transitions[state][event];
  if (next === undefined) throw new StatusError(Code.FAILED_PRECONDITION, `cannot ${event} a process that is ${state}`);
  return next;
}

/** The state as containerd's protocol numbers it. */
export const statusOfState: Readonly<Record<ProcessState, Status>> = {
  created: Status.CREATED,
  running: Status.RUNNING,
  pausing: Status.PAUSING,
  paused: Status.PAUSED,
  stopped: Status.STOPPED,
  deleted: Status.UNKNOWN,
};
