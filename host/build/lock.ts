// Completes package-lock.json so that `npm ci` accepts it. Some npm mirrors do not carry every platform's optional package;
// npm then writes a lock file that names them but cannot describe them, and refuses its own file. Each such package gets an
// inert entry (a platform that does not exist), so that nothing is installed for it anywhere. Run by `make lock`.
import { readFileSync, utimesSync, writeFileSync } from 'node:fs';

type LockEntry = { version?: string; optionalDependencies?: Record<string, string>; [key: string]: unknown };

const path = 'package-lock.json';
const lock = JSON.parse(readFileSync(path, 'utf8')) as { packages: Record<string, LockEntry> };

const wanted = new Map<string, string>();
for (const entry of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) wanted.set(name, version);
}

let added = 0;
for (const [name, version] of wanted) {
  const key = `node_modules/${name}`;
  if (lock.packages[key]?.version) continue;
  lock.packages[key] = { version, optional: true, os: ['none'], cpu: ['none'] };
  added++;
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
// What is installed is what the lock file says: keep `make setup` from installing it all again.
const now = new Date();
utimesSync('node_modules/.package-lock.json', now, now);
process.stdout.write(`${added} inert entries added to ${path}\n`);
