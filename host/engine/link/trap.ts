// How calls into a component fail: with a trap, after which its instance is never entered again, or with the error of a `result`.

/** Ends the call. A rule of the Canonical ABI is broken; the side at fault is the guest unless the message says host. */
export class Trap extends WebAssembly.RuntimeError {
  override readonly name = 'Trap';
}

/** What an exported function with a `result` type throws for its error case: `payload` is the error. */
export class ComponentError extends Error {
  override readonly name = 'ComponentError';
  readonly payload: unknown;

  constructor(payload: unknown) {
    super(typeof payload === 'string' ? payload : 'the component returned an error (see payload)');
    this.payload = payload;
  }
}

/**
 * Returns the payload of what a host function threw for the error case of its `result`: an object with `payload`, or any value that is
 * no `Error`. Throws `thrown` itself again when it is a host's own failure, which traps.
 */
export function payloadOf(thrown: unknown): unknown {
  if (typeof thrown === 'object' && thrown !== null && Object.hasOwn(thrown, 'payload')) {
    return (thrown as { payload: unknown }).payload;
  }
  if (thrown instanceof Error) throw thrown;
  return thrown;
}
