// wasi:io and wasi:clocks@0.2.0-rc-2023-10-18 in terms of 0.2.

import type { monotonicNow } from '../clocks.ts';
import { IoError, type StreamError } from '../io/error.ts';
import type { InputStream } from '../io/input-stream.ts';
import { OutputStream } from '../io/output-stream.ts';
import { Pollable, poll } from '../io/poll.ts';
import { createView } from './resource-view.ts';

/** The most bytes forwarded in one step: whatever is there. */
const STEP_BYTES = 0x10_0000n;

/** `wasi:io/poll`. */
export const poll20231018 = {
  Pollable,
  pollList: poll,
  pollOne: (pollable: Pollable) => pollable.block(),
};

/** What `wasi:io/streams` had otherwise: streams that were spliced were given away. */
export const streams20231018 = {
  Error: IoError,
  OutputStream: createView(OutputStream, {
    splice(source: InputStream, length: bigint): bigint {
      using given = source;
      return OutputStream.prototype.splice.call(this, given, length);
    },
    async blockingSplice(source: InputStream, length: bigint): Promise<bigint> {
      using given = source;
      return await OutputStream.prototype.blockingSplice.call(this, given, length);
    },
    async forward(source: InputStream): Promise<bigint> {
      using given = source;
      let sum = 0n;
      try {
        for (;;) sum += await OutputStream.prototype.blockingSplice.call(this, given, STEP_BYTES);
      } catch (error) {
        // The source's end looks like any closed stream; the sink's own is told when the guest writes next.
        if ((error as StreamError).tag !== 'closed') throw error;
      }
      return sum;
    },
  }),
};

type MonotonicClock = {
  readonly now: typeof monotonicNow;
  readonly resolution: () => bigint;
  readonly subscribeInstant: (when: bigint) => Pollable;
  readonly subscribeDuration: (duration: bigint) => Pollable;
};

/** Creates `wasi:clocks/monotonic-clock` out of that of 0.2. */
export function createMonotonicClock20231018(clock: MonotonicClock) {
  return {
    now: clock.now,
    resolution: clock.resolution,
    subscribe: (when: bigint, isAbsolute: boolean) =>
      isAbsolute ? clock.subscribeInstant(when) : clock.subscribeDuration(when),
  };
}
