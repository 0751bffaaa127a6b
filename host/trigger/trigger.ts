// What the worker and a trigger owe each other. A trigger turns events from outside into calls of components.

import type { ComponentInstance } from '../engine/engine.ts';
import type { AppEntrance } from '../factor/factor.ts';
import type { AppPlan, Decision, HttpEvent } from '../gen/runtime.ts';
import type { Program } from '../wasi/program.ts';
import type { Admission } from './admission.ts';
import type { Abandoned } from './http/exchange.ts';

/** A component as a trigger uses it. */
export type TriggerComponent = {
  readonly id: string;
  /** The export that serves the trigger, such as `wasi:http/incoming-handler@0.2.3`. */
  readonly handler: string;
  /** A program is told what it runs with. */
  readonly instantiate: (program?: Program) => Promise<ComponentInstance>;
};

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
};

/** A trigger that takes events. */
export interface RunningTrigger {
  /** How the app reaches itself, if this trigger is a way in. */
  readonly entrance?: AppEntrance;
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
