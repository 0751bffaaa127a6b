// What the shim tells the worker: one JSON file beside the plans, in a read-only bind mount inside the container. All paths are
// the container's own. Written by the shim when it creates the container, read once by the worker when it starts.

/** Where the shim's read-only mount appears in the container. */
export const WORKER_MOUNT = '/.containerd-shim-spin';

/** Where things stand below the mount. */
export type WorkerPaths = {
  /** The executable and its libraries. */
  readonly runtime: string;
  /** The folder of the app's `app.json`. */
  readonly app: string;
  /** The folder of the prepared components, each by its key. */
  readonly components: string;
  /** The files of components that come from layers of the image, each component's in a folder. */
  readonly files: string;
  /** A `WorkerConfig`. */
  readonly config: string;
};

/** Returns the paths below a mount. */
export function workerPathsIn(mount: string): WorkerPaths {
  return {
    runtime: `${mount}/runtime`,
    app: `${mount}/app`,
    components: `${mount}/components`,
    files: `${mount}/files`,
    config: `${mount}/config.json`,
  };
}

/** The paths in a container. */
export const workerPaths: WorkerPaths = workerPathsIn(WORKER_MOUNT);

/** The descriptor whose end of file tells the worker that its shim is gone. */
export const CONTROL_FD = 3;

/**
 * How many processes and threads the worker needs: its own, four of V8's and one for their timers, four of libuv's, two that wait for
 * signals and for the processor's time. Node waits for ever for threads that it cannot make when it starts.
 */
export const WORKER_THREADS = 12n;

/** What the worker needs to know that is not in the app's plan. */
export type WorkerConfig = {
  readonly containerId: string;
  /** The OCI process's environment: `SPIN_HTTP_LISTEN_ADDR`, application variables and so on. */
  readonly environment: Readonly<Record<string, string>>;
  /** The OCI process's arguments. */
  readonly args: readonly string[];
  /** The file that says to a kubelet why the container has ended; null when there is none. */
  readonly terminationMessagePath: string | null;
  /** How many bytes of memory the container may have; null without limit. */
  readonly memoryLimitBytes: number | null;
  /** How many processors it may keep busy; null for all that the machine lets it run on. */
  readonly processors: number | null;
};
