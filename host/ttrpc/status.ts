// How calls end: the codes of gRPC that ttrpc answers with, the one error class that crosses rooms, and the only way from any
// thrown value to a status. containerd branches on the code alone (its errdefs package); the message is for people.
// https://grpc.io/docs/guides/status-codes/

/** The status codes of gRPC. */
export const Code = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;
export type Code = (typeof Code)[keyof typeof Code];

/** An error with the code that the caller should see. */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly code: Code;

  constructor(code: Code, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** A code and a message, as they go over the wire. */
export type Status = { readonly code: Code; readonly message: string };

// ENOENT and EEXIST are left out: they speak of some file, while containerd takes NOT_FOUND and ALREADY_EXISTS for the task's own
// state and would, for example, give up a task that could not be deleted.
const codeByErrno: Readonly<Record<string, Code>> = {
  EACCES: Code.PERMISSION_DENIED,
  EAGAIN: Code.UNAVAILABLE,
  EBUSY: Code.FAILED_PRECONDITION,
  ECANCELED: Code.CANCELLED,
  ECONNREFUSED: Code.UNAVAILABLE,
  ECONNRESET: Code.UNAVAILABLE,
  EINVAL: Code.INVALID_ARGUMENT,
  EMFILE: Code.RESOURCE_EXHAUSTED,
  ENAMETOOLONG: Code.INVALID_ARGUMENT,
  ENFILE: Code.RESOURCE_EXHAUSTED,
  ENOMEM: Code.RESOURCE_EXHAUSTED,
  ENOSPC: Code.RESOURCE_EXHAUSTED,
  ENOSYS: Code.UNIMPLEMENTED,
  ENOTDIR: Code.INVALID_ARGUMENT,
  EOPNOTSUPP: Code.UNIMPLEMENTED,
  EPERM: Code.PERMISSION_DENIED,
  EPIPE: Code.UNAVAILABLE,
  EROFS: Code.FAILED_PRECONDITION,
  ESRCH: Code.NOT_FOUND,
  ETIMEDOUT: Code.DEADLINE_EXCEEDED,
};

// Deep enough for any chain of causes that means something; a longer one is a loop.
const MAX_CAUSES = 16;

/**
 * Converts anything thrown to a status: the first `StatusError`, abort, time-out or system error on its chain of causes gives the
 * code, else it is UNKNOWN. The message is the outermost error's.
 */
export function statusFromError(error: unknown): Status {
  const message = error instanceof Error ? error.message : String(error);
  let cause = error;
  for (let depth = 0; depth < MAX_CAUSES && cause instanceof Error; depth++) {
    const code = codeOf(cause);
    if (code !== undefined) return { code, message };
    cause = cause.cause;
  }
  return { code: Code.UNKNOWN, message };
}

/** Tells whether an error, or what caused it, carries this code. */
export function hasCode(error: unknown, code: Code): boolean {
  return statusFromError(error).code === code;
}

function codeOf(error: Error): Code | undefined {
  if (error instanceof StatusError) return error.code;
  if (error.name === 'AbortError') return Code.CANCELLED;
  if (error.name === 'TimeoutError') return Code.DEADLINE_EXCEEDED;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? codeByErrno[code] : undefined;
}
