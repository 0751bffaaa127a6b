// What documents say about the repository must be there: paths in code spans, targets of make, links. Pure; check.ts reads the files.

/** What exists. */
export type Inventory = {
  readonly hasPath: (path: string) => boolean;
  readonly makeTargets: ReadonlySet<string>;
};

/** Longest documents, in lines: what a reader takes in at one sitting. Tables are looked up rather than read and do not count. */
const MAX_LINES: Readonly<Record<string, number>> = { 'README.md': 150, 'ARCHITECTURE.md': 250 };

/** A path from the repository's root, without a placeholder. What `make` makes is not there in a fresh clone. */
const PATH = /^(?:\.ci|bench|deploy|fixtures|guest-runtime|host|proto|wit)\/[\w./-]*$/;
const MADE = new Set(['bench/results.json']);

/** Gives a line for each thing that a document names and that is not there. `path` is where the document stands. */
export function findDocumentFaults(path: string, text: string, inventory: Inventory): string[] {
  const faults: string[] = [];
  const limit = MAX_LINES[path];
  const lines = text
    .trimEnd()
    .split('\n')
    .filter((line) => !line.startsWith('|')).length;
  if (limit !== undefined && lines > limit) faults.push(`${lines} lines, the limit is ${limit}`);
  for (const [, span = ''] of text.matchAll(/`([^`\n]+)`/g)) {
    if (PATH.test(span) && !MADE.has(span) && !inventory.hasPath(span))
      faults.push(`names ${span}, which does not exist`);
  }
  for (const [, target = ''] of text.matchAll(/\bmake ([a-z][a-z0-9]*)\b(?! [a-z])/g)) {
    if (isCommand(text, target) && !inventory.makeTargets.has(target))
      faults.push(`names make ${target}, which is no target`);
  }
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/') + 1) : '';
  for (const [, link = ''] of text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
    if (!/^[a-z]+:/.test(link) && !inventory.hasPath(folder + link))
      faults.push(`links to ${link}, which does not exist`);
  }
  if (/\bTODO\b/.test(text)) faults.push('has a TODO');
  return faults.map((fault) => `${path}: ${fault}`);
}

/** "make" is also a word: only in a code span or at the start of a line is it a command. */
function isCommand(text: string, target: string): boolean {
  return new RegExp(`(?:\`|^\\s*|&& )make ${target}\\b`, 'm').test(text);
}

/** Reads the targets of a Makefile that have a help text. */
export function parseMakeTargets(makefile: string): Set<string> {
  return new Set([...makefile.matchAll(/^([a-z][a-z0-9]*):.*## /gm)].map(([, target = '']) => target));
}
