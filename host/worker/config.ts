// What the shim tells the worker: one JSON file beside the plans, in a read-only bind mount inside the container. All paths are
// the container's own. Written by the shim when it creates the container, read once by the worker when it starts.

/** Where the shim's read-only mount appears in the container. */
export const WORKER_MOUNT = '/.containerd-shim-spin';

/** Paths below `WORKER_MOUNT`: the executable and its libraries, the app's plan, its prepared components, the worker's config. */
export const workerPaths = {
  runtime: `${WORKER_MOUNT}/runtime`,
  app: `${WORKER_MOUNT}/app`,
  components: `${WORKER_MOUNT}/components`,
  config: `${WORKER_MOUNT}/config.json`,
} as const;

/** The descriptor whose end of file tells the worker that its shim is gone. */
export const CONTROL_FD = 3;

/** What the worker needs to know that is not in the app's plan. */
export type WorkerConfig = {
  readonly containerId: string;
  /** The OCI process's environment: `SPIN_HTTP_LISTEN_ADDR`, application variables and so on. */
  readonly environment: Readonly<Record<string, string>>;
  /** The OCI process's arguments. */
  readonly args: readonly string[];
};
