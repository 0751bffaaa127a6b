// Why a module is executed as it is.

/** A module that cannot be rewritten, and why: it is executed as it is. */
export class NotRewritableError extends Error {
  override readonly name = 'NotRewritableError';
}
