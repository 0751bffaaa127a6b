// wasi:random@0.2: https://github.com/WebAssembly/wasi-random/tree/main/wit
// The insecure interfaces get the secure numbers too.

/** The most bytes one call of `getRandomValues` fills (Web Crypto API). */
const FILL_LIMIT_BYTES = 65_536;

/** More than this a guest has no reason to ask for: 64 MiB. */
const REQUEST_LIMIT_BYTES = 0x400_0000n;

function randomBytes(length: bigint): Uint8Array {
  if (length > REQUEST_LIMIT_BYTES) throw new RangeError(`${length} random bytes asked for at once`);
  const bytes = new Uint8Array(Number(length));
  for (let start = 0; start < bytes.length; start += FILL_LIMIT_BYTES) {
    crypto.getRandomValues(bytes.subarray(start, start + FILL_LIMIT_BYTES));
  }
  return bytes;
}

function randomU64(): bigint {
  return crypto.getRandomValues(new BigUint64Array(1))[0] as bigint;
}

/** `wasi:random/random`. */
export const random = { getRandomBytes: randomBytes, getRandomU64: randomU64 };

/** `wasi:random/insecure`. */
export const insecure = { getInsecureRandomBytes: randomBytes, getInsecureRandomU64: randomU64 };

/** `wasi:random/insecure-seed`. */
export const insecureSeed = { insecureSeed: (): [bigint, bigint] => [randomU64(), randomU64()] };
