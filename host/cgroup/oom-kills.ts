// Counts the OOM kills of a container. systemd removes a cgroup as soon as its last process has ended, and the count with it, perhaps
// before the end is noticed here. The slice above stays, and counts what happens below it:
// https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files
import { readOomKills } from './cgroupfs.ts';
import type { Cgroup } from './path.ts';

/** What is inside a slice, in which systemd makes and removes cgroups. */
const IN_SLICE = /^(.+\.slice)\//;

/** The OOM kills of one container so far. */
export class OomKills {
  readonly #cgroup: Cgroup;
  readonly #slice: Cgroup | null;
  #own = 0n;
  // What the slice had counted when the container's own count was last there to be read.
  #before: bigint | null = null;

  constructor(cgroup: Cgroup) {
    this.#cgroup = cgroup;
    this.#slice = sliceOf(cgroup);
  }

  /**
   * Counts them. `wasKilled` says that the container's first process has ended by SIGKILL: only then a kill that the slice has counted
   * since is taken for this container's, if its cgroup is gone.
   */
  async count(wasKilled = false): Promise<bigint> {
    const slice = this.#slice && (await readOomKills(this.#slice));
    const own = await readOomKills(this.#cgroup);
    if (own !== null) {
      this.#own = own;
      this.#before = slice;
    } else if (wasKilled && slice !== null && this.#before !== null && slice > this.#before) {
      this.#own += slice - this.#before;
      this.#before = slice;
    }
    return this.#own;
  }
}

function sliceOf({ version, directories }: Cgroup): Cgroup | null {
  const slices = Object.entries(directories).flatMap(([controller, path]) => {
    const [, slice] = IN_SLICE.exec(path) ?? [];
    return slice === undefined ? [] : [[controller, slice] as const];
  });
  return slices.length === 0 ? null : { version, directories: Object.fromEntries(slices) };
}
