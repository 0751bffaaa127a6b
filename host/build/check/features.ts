// The README's table of features says what works, and each row names a test that shows it: one that is not there is a fault. Pure;
// check.ts reads the files.

/** The heading of the section with the table. */
const SECTION = '## What works';

const STATES: readonly string[] = ['yes', 'partly', 'no'];

/** Gives a line for each row that is malformed or that names no test. `readFile` gives undefined for a file that is not there. */
export function findFeatureFaults(readme: string, readFile: (path: string) => string | undefined): string[] {
  const rows = rowsOf(readme);
  if (rows.length === 0) return [`README.md: has no table below "${SECTION}"`];
  return rows.flatMap(([feature = '', state = '', note = '', shownBy = '']) => {
    const faults: string[] = [];
    if (!STATES.includes(state)) faults.push(`has the state ${JSON.stringify(state)}: ${STATES.join(', ')}`);
    if (state === 'partly' && note === '') faults.push('works partly and does not say how');
    const links = [...shownBy.matchAll(/\[([^\]]+)\]\(([^)]+)\)/g)];
    if (links.length === 0) faults.push('names no test');
    for (const [, name = '', path = ''] of links) {
      if (!/\.(?:test|e2e|vm)\.ts$/.test(path)) faults.push(`names ${path}, which is no test`);
      else if (!hasTest(readFile(path) ?? '', name)) faults.push(`names a test that ${path} does not have: ${name}`);
    }
    return faults.map((fault) => `README.md: ${feature}: ${fault}`);
  });
}

/** The cells of each row that is about a feature; a row whose first cell is bold is a heading. */
function rowsOf(readme: string): string[][] {
  const [, rest = ''] = readme.split(`${SECTION}\n`);
  const [section = ''] = rest.split(/^## /m);
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  const cells = rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  return cells.slice(2).filter(([first = '']) => !first.startsWith('**'));
}

/** Whether a file has a test of this name; `…` stands for what a template fills in. */
function hasTest(source: string, name: string): boolean {
  const pattern = name.split('…').map(RegExp.escape).join('.*');
  return new RegExp(`(['"\`])${pattern}\\1`).test(source);
}
