// SHA-256 of a short text, FIPS 180-4. Node's own would do, but loading it takes longer than all else that `start` does itself.

/** The first 32 bits of the fractional parts of the `power`-th roots of the first `count` primes (section 4.2.2 and 5.3.3). */
function fractionsOfRoots(count: number, power: number): Uint32Array {
  const fractions = new Uint32Array(count);
  let found = 0;
  for (let candidate = 2; found < count; candidate++) {
    if (isPrime(candidate)) fractions[found++] = (candidate ** (1 / power) % 1) * 2 ** 32;
  }
  return fractions;
}

function isPrime(candidate: number): boolean {
  for (let divisor = 2; divisor * divisor <= candidate; divisor++) if (candidate % divisor === 0) return false;
  return true;
}

const BLOCK_BYTES = 64;
const ROUNDS = 64;

/** Gives the digest of a text's UTF-8, in hexadecimal. */
export function sha256(text: string): string {
  const message = pad(new TextEncoder().encode(text));
  const constants = fractionsOfRoots(ROUNDS, 3);
  const state = fractionsOfRoots(8, 2);
  for (let at = 0; at < message.byteLength; at += BLOCK_BYTES) addBlock(state, message, at, constants);
  return Array.from(state, (word) => word.toString(16).padStart(8, '0')).join('');
}

/** Appends a one bit, zeros, and the length in bits, up to whole blocks (section 5.1.1). */
function pad(bytes: Uint8Array): DataView {
  const length = Math.ceil((bytes.length + 9) / BLOCK_BYTES) * BLOCK_BYTES;
  const padded = new Uint8Array(length);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(length - 8, BigInt(bytes.length) * 8n);
  return view;
}

const rotate = (word: number, bits: number): number => (word >>> bits) | (word << (32 - bits));

/** Mixes one block into the state (section 6.2.2); the names are the standard's. */
function addBlock(state: Uint32Array, message: DataView, at: number, constants: Uint32Array): void {
  const words = schedule(message, at);
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let t = 0; t < ROUNDS; t++) {
    const sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const t1 = (h + sum1 + ((e & f) ^ (~e & g)) + (constants[t] ?? 0) + (words[t] ?? 0)) | 0;
    const t2 = (sum0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
  }
  for (const [index, word] of [a, b, c, d, e, f, g, h].entries()) state[index] = (state[index] ?? 0) + word;
}

function schedule(message: DataView, at: number): Uint32Array {
  const words = new Uint32Array(ROUNDS);
  for (let t = 0; t < 16; t++) words[t] = message.getUint32(at + 4 * t);
  for (let t = 16; t < ROUNDS; t++) {
    const [w2 = 0, w7 = 0, w15 = 0, w16 = 0] = [words[t - 2], words[t - 7], words[t - 15], words[t - 16]];
    const sigma1 = rotate(w2, 17) ^ rotate(w2, 19) ^ (w2 >>> 10);
    const sigma0 = rotate(w15, 7) ^ rotate(w15, 18) ^ (w15 >>> 3);
    words[t] = sigma1 + w7 + sigma0 + w16;
  }
  return words;
}
