// Random numbers that are the same at every run, for fuzzers.

/** Returns a generator of integers from 0 up to `limit` (mulberry32). */
export function createRandom(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

/** How many rounds a fuzzer runs: `FUZZ_ROUNDS` of the environment, for long runs by hand, or what the test can afford. */
export function fuzzRounds(affordable: number): number {
  return Number(process.env['FUZZ_ROUNDS'] ?? affordable);
}

/** A fuzzer's seed, or another one with `FUZZ_SEED` of the environment. */
export function fuzzSeed(seed: number): number {
  return (seed ^ Number(process.env['FUZZ_SEED'] ?? 0)) >>> 0;
}
