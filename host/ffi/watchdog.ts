// EDGE: a native timer that ends what runs on this thread. V8 cannot be asked from the thread that a guest holds, and another thread of
// JavaScript costs 7 MB a pod. So a POSIX timer on the thread's own processor time calls, on a thread of the C library
// (timer_create(2), SIGEV_THREAD), the one function of V8 that may be called from any thread: `v8::Isolate::TerminateExecution`. Node exports it
// for addons. What runs is unwound without `catch` or `finally`, and the continuations of promises that were due on this thread are lost. Node
// survives that where a promise's continuation was running, and elsewhere with `--no-force-async-hooks-checks`.

import { dlopen } from 'node:ffi';
import { checked, symbolAddress, systemError } from './libc.ts';

const TERMINATE_EXECUTION = '_ZN2v87Isolate18TerminateExecutionEv';
const GET_CURRENT = '_ZN2v87Isolate10GetCurrentEv';

/** Not among what every process binds: only a worker needs them. */
const signatures = {
  [GET_CURRENT]: { arguments: [], return: 'pointer' },
  pthread_getcpuclockid: { arguments: ['pointer', 'buffer'], return: 'int32' },
  pthread_self: { arguments: [], return: 'pointer' },
  timer_create: { arguments: ['int32', 'buffer', 'buffer'], return: 'int32' },
  timer_delete: { arguments: ['pointer'], return: 'int32' },
  timer_gettime: { arguments: ['pointer', 'buffer'], return: 'int32' },
  timer_settime: { arguments: ['pointer', 'int32', 'buffer', 'pointer'], return: 'int32' },
} as const;

type Functions = ReturnType<typeof dlopen<typeof signatures>>['functions'];

/** `SIGEV_THREAD` of bits/sigevent-consts.h. */
const SIGEV_THREAD = 2;
/** Bytes of `struct sigevent`, `struct itimerspec` and where in them is what we set, on a 64-bit Linux. */
const SIGEVENT = { bytes: 64, value: 0, notify: 12, function: 16 } as const;
const ITIMERSPEC = { bytes: 32, seconds: 16, nanoseconds: 24 } as const;

/** A time of zero: a timer that does not run. */
const NEVER = Buffer.alloc(ITIMERSPEC.bytes);

/** Ends what keeps this thread busy for longer than it may. */
export class Watchdog {
  readonly #functions: Functions;
  readonly #timer: bigint;
  readonly #countdown = Buffer.alloc(ITIMERSPEC.bytes);
  readonly #left = Buffer.alloc(ITIMERSPEC.bytes);
  #isArmed = false;

  /** `limitMs` is in milliseconds of this thread's processor time. Throws a system error, or an `Error` when V8 is not as expected. */
  constructor(limitMs: number) {
    this.#functions = dlopen(null, signatures).functions;
    this.#timer = createTimer(this.#functions);
    this.#countdown.writeBigInt64LE(BigInt(Math.trunc(limitMs / 1000)), ITIMERSPEC.seconds);
    this.#countdown.writeBigInt64LE(BigInt(Math.round((limitMs % 1000) * 1e6)), ITIMERSPEC.nanoseconds);
  }

  /** Starts to count, from zero. */
  arm(): void {
    this.#set(this.#countdown);
    this.#isArmed = true;
  }

  /** Does not count any more. */
  disarm(): void {
    this.#set(NEVER);
    this.#isArmed = false;
  }

  /** Whether the time was over since it was armed: then what ran has been ended. */
  get hasBitten(): boolean {
    if (!this.#isArmed) return false;
    checked(this.#functions.timer_gettime(this.#timer, this.#left), 'timer_gettime');
    return this.#left.equals(NEVER);
  }

  /** Gives the timer back. A thread must do that before it ends. */
  dispose(): void {
    checked(this.#functions.timer_delete(this.#timer), 'timer_delete');
  }

  #set(time: Buffer): void {
    checked(this.#functions.timer_settime(this.#timer, 0, time, 0n), 'timer_settime');
  }
}

function createTimer(functions: Functions): bigint {
  const clock = Buffer.alloc(4);
  const failure = functions.pthread_getcpuclockid(functions.pthread_self(), clock);
  if (failure !== 0) throw systemError(failure, 'pthread_getcpuclockid');
  const event = Buffer.alloc(SIGEVENT.bytes);
  event.writeBigUInt64LE(functions[GET_CURRENT](), SIGEVENT.value);
  event.writeInt32LE(SIGEV_THREAD, SIGEVENT.notify);
  event.writeBigUInt64LE(symbolAddress(TERMINATE_EXECUTION), SIGEVENT.function);
  const timer = Buffer.alloc(8);
  checked(functions.timer_create(clock.readInt32LE(), event, timer), 'timer_create');
  return timer.readBigUInt64LE();
}
