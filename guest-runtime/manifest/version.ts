// The grammars of versions (https://semver.org) and of ranges of them, as Cargo writes them
// (https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html).

const NUMBER = '(?:0|[1-9]\\d*)';
const LABELS = '(?:-[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?';
const VERSION = new RegExp(`^${NUMBER}\\.${NUMBER}\\.${NUMBER}${LABELS}$`);

// `*` may stand for the last numbers; what may be left out at the end may be left out.
const PARTIAL = `${NUMBER}(?:\\.(?:[*xX](?:\\.[*xX])?|${NUMBER}(?:\\.(?:[*xX]|${NUMBER}${LABELS}))?))?`;
const BOUND = new RegExp(`^\\s*(?:[*xX]|(?:=|>=?|<=?|~|\\^)?\\s*${PARTIAL})\\s*$`);

/** Whether a text is a whole version, such as `1.2.3`. */
export function isVersion(text: string): boolean {
  return VERSION.test(text);
}

/** Whether a text is a range of versions, such as `1.2` or `>=0.1.0, <0.3`. */
export function isVersionRange(text: string): boolean {
  return text.split(',').every((bound) => BOUND.test(bound));
}

/** Whether two versions are of one line, in which a later one takes the place of an earlier one. */
export function isCompatible(a: string, b: string): boolean {
  return lineOf(a) === lineOf(b);
}

/** The part of a version that a breaking change changes: all of it before a release. */
function lineOf(version: string): string {
  const [release = ''] = version.split('+');
  if (release.includes('-')) return release;
  const [major = '0', minor = '0', patch = '0'] = release.split('.');
  if (major !== '0') return major;
  return minor === '0' ? `0.0.${patch}` : `0.${minor}`;
}
