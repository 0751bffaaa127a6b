// EDGE: the files of the node, below the folder where its root is seen from here.
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { copyFile, readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import type { Edit } from './plan.ts';

/** Not ending as the files do that containerd imports. */
const DRAFT = '.containerd-shim-spin-draft';
const EXECUTABLE_MODE = 0o755;
/** More links than this in a row lead nowhere: the limit of the kernel, path_resolution(7). */
const MAX_LINKS = 40;

/** The file system of a node. Paths are the node's. */
export class NodeFiles {
  readonly #root: string;

  /** `root` is where the node's root is from here: `/` on the node itself. */
  constructor(root: string) {
    this.#root = root;
  }

  /** The path here of a path on the node; a last part that is a link is followed on the node. */
  here(path: string): string {
    let at = path;
    for (let links = 0; links < MAX_LINKS; links++) {
      const here = join(this.#root, at);
      if (!lstatSync(here, { throwIfNoEntry: false })?.isSymbolicLink()) return here;
      const target = readlinkSync(here);
      at = isAbsolute(target) ? target : join(dirname(at), target);
    }
    throw new Error(`cannot follow the links of ${path}: more than ${MAX_LINKS}`);
  }

  exists(path: string): boolean {
    return existsSync(this.here(path));
  }

  read(path: string): string | undefined {
    try {
      return readFileSync(this.here(path), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Gives a file its new text at once and whole, with the owner and mode it has; removes one that is to be none. */
  apply({ path, after }: Edit): void {
    const here = this.here(path);
    if (after === undefined) rmSync(here, { force: true });
    else this.#write(here, after);
  }

  #write(here: string, text: string): void {
    mkdirSync(dirname(here), { recursive: true });
    const draft = here + DRAFT;
    writeFileSync(draft, text);
    const old = statSync(here, { throwIfNoEntry: false });
    if (old) {
      chownSync(draft, old.uid, old.gid);
      chmodSync(draft, old.mode);
    }
    renameSync(draft, here);
  }

  /** Puts a file of ours at a path of the node, while an earlier one may be running. Does nothing when it is there already. */
  async place(source: string, path: string): Promise<void> {
    const here = this.here(path);
    const [wanted, present] = await Promise.all([readFile(source), readFile(here).catch(() => undefined)]);
    if (present?.equals(wanted)) return;
    mkdirSync(dirname(here), { recursive: true });
    await copyFile(source, here + DRAFT);
    chmodSync(here + DRAFT, EXECUTABLE_MODE);
    renameSync(here + DRAFT, here);
  }

  /** Removes files that `place` put there, and the folders around them up to `top`, as far as nothing else is in them. */
  remove(paths: readonly string[], top: string): void {
    for (const path of paths) rmSync(this.here(path), { force: true });
    for (const path of paths) {
      for (let folder = dirname(path); folder.startsWith(top); folder = dirname(folder)) {
        if (!this.#removeFolder(folder)) break;
      }
    }
  }

  #removeFolder(folder: string): boolean {
    try {
      rmdirSync(join(this.#root, folder));
      return true;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ENOENT';
    }
  }
}
