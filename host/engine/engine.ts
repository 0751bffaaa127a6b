// The seam between the worker and whatever executes components. Two engines implement it: jco's output, and our own executor
// of link plans. Host objects use jco's JavaScript calling convention: functions and classes per interface, `result` errors
// thrown, resources as classes with `Symbol.dispose`, u64 as bigint, `option<T>` as `T | undefined`.
// A `list<u8>` argument may be a view of the guest's memory that is valid only during the call: who keeps it copies it.

import type { Program } from '../wasi/program.ts';

/** Host objects by `compatibleName` of their interface, such as `wasi:http/types@0.2`: the functions and resource classes of each. */
export type HostImports = Record<string, Record<string, unknown>>;

/** What the host gives one instance. */
export interface InstanceHost {
  readonly imports: HostImports;
  /** For dependencies that do not share all that the component is granted: theirs, by the dependency's index in the plan. */
  readonly dependencies?: ReadonlyMap<number, HostImports>;
  /** Tells the instance what it runs with where it is a program, until `release`. */
  provide?(program: Program): void;
  /** Tells the instance whom it works for, until `release`. */
  own?(owner: object | undefined): void;
  /** Ends everything the instance opened and cancels what it waits for. The imports may be used for a next request after it. */
  release(): void;
}

/** A component that is compiled and ready to be instantiated many times. */
export interface PreparedComponent {
  /** Interface names with versions, as the component declares them. */
  readonly imports: readonly string[];
  readonly exports: readonly string[];
  /** How many instances are handed out and not given up. */
  readonly inUse: number;
  /**
   * The instance in use whose code runs on this thread, or would if it had not been ended from outside, if that is one of this component;
   * undefined where an engine cannot tell.
   */
  readonly running: ComponentInstance | undefined;
  /**
   * Hands out a pristine instance, a new one or one put back to its snapshot. `createHost` is called for an instance that is
   * really new. A program is told what it runs with. Gives a promise only where an engine has to wait. Throws an `Error` whose message
   * names the interface when an import is missing.
   */
  instantiate(createHost: () => InstanceHost, program?: Program): ComponentInstance | Promise<ComponentInstance>;
}

/** One instance. Exported functions are called by exported interface (with its version) and function name. */
export interface ComponentInstance {
  /** Whom it works for. An engine only keeps it, and tells the instance's host. */
  owner: object | undefined;
  /**
   * Calls an exported function; several calls may wait on imports at a time.
   * Rejects with a `ComponentError`-like value (`payload`) for an error result and with `WebAssembly.RuntimeError` for a trap.
   */
  call(exportName: string, functionName: string, args: readonly unknown[]): Promise<unknown>;
  /** Gives the instance up and releases its host. It must not be called again. Calls that still wait are cancelled: they trap. */
  dispose(): void;
}

/**
 * How each request gets a pristine instance: one that was put back to its snapshot (only the pages that were written, by dropping
 * pages, by copying everything), or a fresh one.
 */
export type Isolation = {
  readonly method: 'exact' | 'drop' | 'copy' | 'fresh';
  /** What stands in the way of the best method; null where it is used. */
  readonly obstacle: string | null;
};

/** Makes prepared components out of what the plan process wrote to a folder. */
export interface Engine {
  readonly name: 'jco' | 'link';
  /**
   * Compiles the component in `directory` (written by the plan process for this engine). `onIsolation` is called once, as soon as it is
   * known how its instances are kept apart: with the first one at the latest. Throws when it does not compile.
   */
  load(directory: string, onIsolation?: (isolation: Isolation) => void): Promise<PreparedComponent>;
}
