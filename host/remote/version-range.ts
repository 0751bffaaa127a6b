// Chooses among the versions of a package the latest one that a range admits (https://semver.org, and Cargo's rules for ranges:
// https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html). The guest runtime has checked the range's grammar.

type Version = {
  /** Major, minor, patch. */
  readonly numbers: readonly number[];
  /** The identifiers of a pre-release; empty for a release. */
  readonly labels: readonly string[];
};

/** Versions from `low` up to, but without, `high`; `isOpen` leaves `low` out, too. */
type Bound = { readonly low: Version; readonly high: Version; readonly isOpen: boolean; readonly named: Version };

const FIRST: Version = { numbers: [0, 0, 0], labels: ['0'] };
const LAST: Version = { numbers: [Infinity, 0, 0], labels: [] };

/** Returns the latest of the versions that a range admits; undefined when there is none. What is no version is passed over. */
export function selectVersion(range: string, versions: readonly string[]): string | undefined {
  const bounds = range.split(',').map(parseBound);
  const admitted = versions.flatMap((text) => {
    const version = parseVersion(text);
    return version && isAdmitted(version, bounds) ? [{ text, version }] : [];
  });
  return admitted.sort((a, b) => compare(b.version, a.version))[0]?.text;
}

function parseVersion(text: string): Version | undefined {
  const [, major, minor, patch, labels] = /^(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+.*)?$/.exec(text) ?? [];
  if (patch === undefined) return undefined;
  return { numbers: [major, minor, patch].map(Number), labels: labels?.split('.') ?? [] };
}

/** A pre-release is admitted only where the range names one of the same numbers. */
function isAdmitted(version: Version, bounds: readonly Bound[]): boolean {
  const isNamed = bounds.some(({ named }) => named.labels.length > 0 && isSame(named.numbers, version.numbers));
  if (version.labels.length > 0 && !isNamed) return false;
  return bounds.every(({ low, high, isOpen }) => {
    const difference = compare(version, low);
    return (isOpen ? difference > 0 : difference >= 0) && compare(version, high) < 0;
  });
}

function parseBound(text: string): Bound {
  const [, operator = '', rest = ''] = /^(=|>=?|<=?|~|\^)?\s*(.*)$/.exec(text.trim()) ?? [];
  const [release = '', ...labels] = rest.split('+')[0]?.split('-') ?? [];
  const numbers = release.split('.').flatMap((part) => (/^\d+$/.test(part) ? Number(part) : []));
  const named = { numbers: fill(numbers), labels: labels.length > 0 ? labels.join('-').split('.') : [] };
  const hasWildcard = /[*xX]/.test(release);
  const isOpen = operator === '>' && numbers.length === 3;
  if (numbers.length === 0) return { low: FIRST, high: LAST, isOpen, named };
  // Where only some numbers are named, the next version is the first that differs in the last of them.
  const next = nextAfter(numbers, numbers.length - 1);
  switch (operator) {
    case '>':
      return { low: isOpen ? named : next, high: LAST, isOpen, named };
    case '>=':
      return { low: named, high: LAST, isOpen, named };
    case '<':
      return { low: FIRST, high: named, isOpen, named };
    case '<=':
      return { low: FIRST, high: numbers.length === 3 ? justAfter(named) : next, isOpen, named };
    case '=':
      return { low: named, high: numbers.length === 3 ? justAfter(named) : next, isOpen, named };
    case '~':
      return { low: named, high: nextAfter(numbers, Math.min(1, numbers.length - 1)), isOpen, named };
    default: {
      if (hasWildcard) return { low: named, high: next, isOpen, named };
      const first = numbers.findIndex((number) => number > 0);
      return { low: named, high: nextAfter(numbers, first < 0 ? numbers.length - 1 : first), isOpen, named };
    }
  }
}

/** The first version that differs from `numbers` at `index`, counted up. */
function nextAfter(numbers: readonly number[], index: number): Version {
  const next = numbers.slice(0, index + 1);
  next[index] = (next[index] ?? 0) + 1;
  return { numbers: fill(next), labels: [] };
}

/** What comes right after a version: a release is followed by its next patch's first pre-release, a pre-release by a longer one. */
function justAfter({ numbers, labels }: Version): Version {
  if (labels.length > 0) return { numbers, labels: [...labels, '0'] };
  const [major = 0, minor = 0, patch = 0] = numbers;
  return { numbers: [major, minor, patch + 1], labels: ['0'] };
}

function fill(numbers: readonly number[]): number[] {
  return [0, 1, 2].map((index) => numbers[index] ?? 0);
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.every((number, index) => number === b[index]);
}

/** Negative when `a` comes before `b` (https://semver.org/#spec-item-11). */
function compare(a: Version, b: Version): number {
  for (const [index, number] of a.numbers.entries()) {
    const difference = number - (b.numbers[index] ?? 0);
    if (difference !== 0) return difference;
  }
  if (a.labels.length === 0 || b.labels.length === 0) return b.labels.length - a.labels.length;
  for (const [index, label] of a.labels.entries()) {
    const difference = compareLabels(label, b.labels[index]);
    if (difference !== 0) return difference;
  }
  return a.labels.length - b.labels.length;
}

function compareLabels(a: string, b: string | undefined): number {
  if (b === undefined) return 1;
  const [isNumber, other] = [a, b].map((label) => /^\d+$/.test(label));
  if (isNumber && other) return Number(a) - Number(b);
  if (isNumber !== other) return isNumber ? -1 : 1;
  return a < b ? -1 : Number(a > b);
}
