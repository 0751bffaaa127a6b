// Snapshots that are mapped over linear memories, copy-on-write (see host/ffi/memory-map.ts).
//   exact  only the pages that were written are copied back
//   drop   the pages that were written are given up; the next touch faults the snapshot's in
// A memory that has grown is anonymous memory behind the snapshot's: what the guest used of it is cleared, what it did not use any more is
// given up, so that one large request does not keep its memory for ever.

import {
  addressOf,
  closeFile,
  createSealedFile,
  dropPages,
  mapFile,
  mapFileOver,
  PAGE_BYTES,
  PageMap,
} from '../../../ffi/memory-map.ts';
import type { LinearMemory } from '../linear-memory.ts';
import type { MemorySnapshot, RestorableMemory } from './memory-method.ts';

/** A memory whose pages are mostly its own shares too little: they are given up, and fault in again as they are needed. */
const MAX_OWNED_SHARE = 0.5;
const MIN_OWNED_BYTES = 0x10_0000;

let pageMap: PageMap | undefined;

/** Makes a snapshot that is put back `exact`ly or by `drop`ping pages. Throws a system error where the machine does not let it. */
export function createMappedSnapshot(method: 'exact' | 'drop', bytes: Uint8Array): MemorySnapshot {
  const { length } = bytes;
  if (length === 0) return { adopt: () => ({ restore: () => 0 }), dispose: () => undefined };
  const fd = createSealedFile('wasm-snapshot', bytes);
  const saved = method === 'exact' ? new Uint8Array(mapFile(fd, length)) : null;
  if (saved) pageMap ??= new PageMap();
  return {
    adopt(memory) {
      const mapped = new MappedMemory(memory, length, fd);
      if (saved === null) return mapped;
      return new ExactMemory(mapped, saved, pageMap as PageMap);
    },
    dispose: () => closeFile(fd),
  };
}

/** A memory with a snapshot mapped over its start. */
class MappedMemory implements RestorableMemory {
  readonly memory: LinearMemory;
  readonly length: number;
  readonly #fd: number;
  #address: bigint;
  #known: ArrayBuffer;

  constructor(memory: LinearMemory, length: number, fd: number) {
    this.memory = memory;
    this.length = length;
    this.#fd = fd;
    memory.refresh();
    this.#known = memory.bytes.buffer;
    this.#address = addressOf(this.#known);
    mapFileOver(this.#address, length, fd);
  }

  /** Where the memory lies. It stays in place when it grows; where the engine moved it all the same, it is mapped anew. */
  locate(): bigint {
    this.memory.refresh();
    const { buffer } = this.memory.bytes;
    if (buffer === this.#known) return this.#address;
    const address = addressOf(buffer);
    if (address !== this.#address) mapFileOver(address, this.length, this.#fd);
    this.#known = buffer;
    this.#address = address;
    return address;
  }

  restore(): number {
    const address = this.locate();
    dropPages(address, this.memory.bytes.length);
    return 0;
  }
}

class ExactMemory implements RestorableMemory {
  readonly #mapped: MappedMemory;
  readonly #saved: Uint8Array;
  readonly #pageMap: PageMap;
  /** Where the pages end that follow the snapshot's and are the memory's own for as long as nobody gives them up. */
  #ownedEnd: number;

  constructor(mapped: MappedMemory, saved: Uint8Array, pageMap: PageMap) {
    this.#mapped = mapped;
    this.#saved = saved;
    this.#pageMap = pageMap;
    this.#ownedEnd = saved.length;
  }

  restore(usedBytes: number): number {
    const address = this.#mapped.locate();
    const { bytes } = this.#mapped.memory;
    const saved = this.#saved;
    let owned = 0;
    this.#pageMap.forEachOwned(address, saved.length, (start, end) => {
      bytes.set(saved.subarray(start, end), start);
      owned += end - start;
    });
    if (owned > MIN_OWNED_BYTES && owned > MAX_OWNED_SHARE * saved.length) {
      dropPages(address, saved.length);
      owned = 0;
    }
    return owned + this.#clearGrown(address, bytes, Math.max(saved.length, Math.min(usedBytes, bytes.length)));
  }

  /** Returns how many bytes stay. */
  #clearGrown(address: bigint, bytes: Uint8Array, used: number): number {
    const start = this.#saved.length;
    if (bytes.length === start) return 0;
    // Pages that were the memory's own still are: asking for each of them takes half as long as clearing it.
    const known = Math.min(this.#ownedEnd, used);
    bytes.fill(0, start, known);
    let cleared = known - start;
    let ownedEnd = known;
    this.#pageMap.forEachOwned(address + BigInt(known), used - known, (from, to) => {
      bytes.fill(0, known + from, known + to);
      cleared += to - from;
      if (known + from === ownedEnd) ownedEnd = known + to;
    });
    this.#ownedEnd = ownedEnd;
    if (used < bytes.length) dropPages(address + BigInt(used), bytes.length - used);
    return cleared;
  }
}

/** Tells whether this machine lets snapshots be mapped, by doing it once. */
export function canMap(method: 'exact' | 'drop', createMemory: () => LinearMemory): boolean {
  try {
    const memory = createMemory();
    memory.bytes.fill(7, 0, 3 * PAGE_BYTES);
    const before = memory.bytes.slice();
    const snapshot = createMappedSnapshot(method, memory.bytes);
    const restorable = snapshot.adopt(memory);
    memory.bytes.fill(9, PAGE_BYTES, 2 * PAGE_BYTES);
    restorable.restore(memory.bytes.length);
    snapshot.dispose();
    return memory.bytes.every((byte, at) => byte === before[at]);
  } catch {
    return false;
  }
}
