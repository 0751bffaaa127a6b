// wasi:http/types@0.2.0-rc-2023-11-10 in terms of 0.2: time limits were milliseconds, and trailers came in one result less.

import { FutureTrailers, type Result } from '../http/body.ts';
import type { ErrorCode } from '../http/error-code.ts';
import type { Fields } from '../http/fields.ts';
import { RequestOptions } from '../http/request.ts';
import { createView } from './resource-view.ts';

const NANOS_PER_MS = 1_000_000n;

/** What `wasi:http/types` had otherwise. */
export const httpTypes20231110 = {
  FutureTrailers: createView(FutureTrailers, {
    get(): Result<Fields | undefined, ErrorCode> | undefined {
      return takeTrailers(this);
    },
  }),
  RequestOptions: createView(RequestOptions, {
    connectTimeoutMs(): bigint | undefined {
      return msFromNanos(this.connectTimeout());
    },
    setConnectTimeoutMs(ms: bigint | undefined): void {
      this.setConnectTimeout(nanosFromMs(ms));
    },
    firstByteTimeoutMs(): bigint | undefined {
      return msFromNanos(this.firstByteTimeout());
    },
    setFirstByteTimeoutMs(ms: bigint | undefined): void {
      this.setFirstByteTimeout(nanosFromMs(ms));
    },
    betweenBytesTimeoutMs(): bigint | undefined {
      return msFromNanos(this.betweenBytesTimeout());
    },
    setBetweenBytesTimeoutMs(ms: bigint | undefined): void {
      this.setBetweenBytesTimeout(nanosFromMs(ms));
    },
  }),
};

/** Returns the trailers once they are there. Traps when they were taken before, which these interfaces could not say. */
export function takeTrailers(future: FutureTrailers): Result<Fields | undefined, ErrorCode> | undefined {
  const taken = FutureTrailers.prototype.get.call(future);
  if (taken === undefined) return undefined;
  if (taken.tag === 'err') throw new Error('the trailers were taken before');
  return taken.val;
}

/** Converts milliseconds to nanoseconds. */
export function nanosFromMs(ms: bigint | undefined): bigint | undefined {
  return ms === undefined ? undefined : ms * NANOS_PER_MS;
}

function msFromNanos(nanos: bigint | undefined): bigint | undefined {
  return nanos === undefined ? undefined : nanos / NANOS_PER_MS;
}
