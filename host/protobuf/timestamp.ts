// `google.protobuf.Timestamp` and the milliseconds since 1970 that JavaScript counts in.
import type { Timestamp } from '../gen/google.protobuf.ts';

/** Converts milliseconds since 1970, fractions included, as `Date.now()` and `performance.timeOrigin + performance.now()` give them. */
export function timestampFromMs(timeMs: number): Timestamp {
  const seconds = Math.floor(timeMs / 1000);
  return { seconds: BigInt(seconds), nanos: Math.floor((timeMs - seconds * 1000) * 1e6) };
}

/** Converts to milliseconds since 1970; less than a microsecond is lost. */
export function msFromTimestamp(timestamp: Timestamp): number {
  return Number(timestamp.seconds) * 1000 + timestamp.nanos / 1e6;
}
