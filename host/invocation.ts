// What the entry point hands to a role, because only host/main.ts looks at the process.

/** How this process was called. */
export type Invocation = {
  /** The arguments behind the executable's name; for the worker those behind that word. */
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The working directory; containerd calls us in the bundle. */
  readonly directory: string;
  /** The executable, and the arguments that lead to our own command line: what to run to have another of us. */
  readonly command: readonly string[];
  /** This project's version. */
  readonly version: string;
  /** Gives a signal that SIGTERM or SIGINT aborts; from the first call on they no longer end the process by themselves. */
  readonly onTerminate: () => AbortSignal;
  /** Hands errors that nobody caught to a function; without it they end the process. */
  readonly onUncaught: (report: (error: unknown) => void) => void;
};
