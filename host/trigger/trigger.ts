// What the worker and a trigger owe each other. A trigger turns events from outside into calls of components.

import type { ComponentInstance } from '../engine/engine.ts';
import type { AppEntrance } from '../factor/factor.ts';
import type { AppPlan, Decision, HttpEvent } from '../gen/runtime.ts';
import type { Program } from '../wasi/program.ts';
import type { Admission } from './admission.ts';
import type { Abandoned } from './http/exchange.ts';
import type { ListenAddress } from './http/listen-address.ts';

/** A component as a trigger uses it. */
export type TriggerComponent = {
  readonly id: string;
  /** The export that serves the trigger, such as `wasi:http/incoming-handler@0.2.3`. */
  readonly handler: string;
  /** A program is told what it runs with. */
  readonly instantiate: (program?: Program) => ComponentInstance | Promise<ComponentInstance>;
};

/** How the threads of a worker share the connections of a trigger. The first thread listens; the others serve what it gives them. */
export type ConnectionSharing =
  | {
      readonly thread: 'first';
      /** Offers a connection, of which nothing was read yet, to another thread. Returns whether that has taken it, on a descriptor of its own. */
      readonly offer: (descriptor: number) => boolean;
    }
  | {
      readonly thread: 'further';
      /** Where the first thread listens. */
      readonly address: ListenAddress;
      /** Called when a connection has ended. */
      readonly onEnd: () => void;
    };

/** The connections of a trigger, as the threads see them. */
export interface SharedConnections {
  readonly address: ListenAddress;
  /** How many there are. */
  readonly count: number;
  /** Serves a connection that another thread has accepted. */
  adopt(descriptor: number): void;
  /** Closes so large a part of the connections, each after the next answer on it: their clients come back, perhaps to another thread. */
  shed(part: number): void;
}

/** What a trigger gets from the worker. */
export type TriggerContext = {
  readonly app: AppPlan;
  /** The container's environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** The components that serve some trigger, by id. */
  readonly components: ReadonlyMap<string, TriggerComponent>;
  /** The way in for events from outside. */
  readonly admission: Admission;
  /** Asks the guest runtime about an event of a dynamic entry. */
  readonly decide: (event: HttpEvent) => Promise<Decision>;
  /** Writes text to the container's standard output. */
  readonly print: (text: string) => void;
  /** Writes a line to the container's standard error. */
  readonly log: (line: string) => void;
  /** To be called after each event that was served. */
  readonly onEvent: () => void;
  readonly sharing?: ConnectionSharing | undefined;
};

/** A trigger that takes events. */
export interface RunningTrigger {
  /** How the app reaches itself, if this trigger is a way in. */
  readonly entrance?: AppEntrance;
  readonly shared?: SharedConnections;
  /** Takes no more events; resolves when those under way are done. */
  drain(): Promise<void>;
  /**
   * Gives up every event under way, because the work of all of them was lost with that of `culprit`, the `owner` of a component
   * instance. May rely on no promise that they wait for.
   */
  abandon(culprit: object | undefined): Abandoned;
  /** Cuts off what is still under way. */
  close(): void;
}
