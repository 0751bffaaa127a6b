// The seam between the worker and whatever executes components. Two engines implement it: jco's output, and our own executor
// of link plans. Host objects use jco's JavaScript calling convention: functions and classes per interface, `result` errors
// thrown, resources as classes with `Symbol.dispose`, u64 as bigint, `option<T>` as `T | undefined`.

/** Host objects by interface name without version, such as `wasi:http/types`: the functions and resource classes of each. */
export type HostImports = Record<string, Record<string, unknown>>;

/** A component that is compiled and ready to be instantiated many times. */
export interface PreparedComponent {
  /** Interface names with versions, as the component declares them. */
  readonly imports: readonly string[];
  readonly exports: readonly string[];
  /**
   * Creates an instance that shares nothing with any other.
   * Throws an `Error` whose message names the interface when an import is missing.
   */
  instantiate(imports: HostImports): Promise<ComponentInstance>;
}

/** One instance. Exported functions are called by exported interface (with its version) and function name. */
export interface ComponentInstance {
  /**
   * Calls an exported function; several calls may wait on imports at a time.
   * Rejects with a `ComponentError`-like value (`payload`) for an error result and with `WebAssembly.RuntimeError` for a trap.
   */
  call(exportName: string, functionName: string, args: readonly unknown[]): Promise<unknown>;
  /** Gives the instance up. It must not be called again. */
  dispose(): void;
}

/** Makes prepared components out of what the plan process wrote to a folder. */
export interface Engine {
  readonly name: 'jco' | 'link';
  /** Compiles the component in `directory` (written by the plan process for this engine). Throws when it does not compile. */
  load(directory: string): Promise<PreparedComponent>;
}
