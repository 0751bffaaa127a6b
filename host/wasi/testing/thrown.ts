// What host functions throw: result errors are any value, so `assert.throws` does not do.

/** Returns what a call throws. Fails when it throws nothing. */
export function thrownBy(call: () => unknown): unknown {
  let result: unknown;
  try {
    result = call();
  } catch (thrown) {
    return thrown;
  }
  throw new Error(`nothing was thrown but ${String(result)} returned`);
}

/** Returns what a promise rejects with. Fails when it resolves. */
export async function rejectionOf(promise: Promise<unknown> | undefined): Promise<unknown> {
  let result: unknown;
  try {
    result = await promise;
  } catch (thrown) {
    return thrown;
  }
  throw new Error(`nothing was thrown but ${String(result)} returned`);
}
