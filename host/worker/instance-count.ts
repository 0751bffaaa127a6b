// How many component instances the threads of a worker have in use together: each tells the others as events come and go.

/** The count of all threads, and what one of them has told of its own. */
export type InstanceCount = {
  readonly all: Int32Array<SharedArrayBuffer>;
  readonly own: Int32Array<SharedArrayBuffer>;
};

const createCell = () => new Int32Array(new SharedArrayBuffer(4));

/** Creates the count of a thread that belongs to those that share `all`; without it, of a first thread. */
export function createInstanceCount(all = createCell()): InstanceCount {
  return { all, own: createCell() };
}

/** Tells how many instances a thread has, and returns how many all threads have. */
export function tellInstances({ all, own }: InstanceCount, instances: number): number {
  const change = instances - Atomics.exchange(own, 0, instances);
  return Atomics.add(all, 0, change) + change;
}
