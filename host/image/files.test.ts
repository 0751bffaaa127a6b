import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readApp, readTree } from './files.ts';

let folder = '';
function write(path: string, text = path): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function open(): void {
  folder = mkdtempSync(join(tmpdir(), 'image-test-'));
}

function close(): void {
  rmSync(folder, { recursive: true });
}

const app = suite('readApp');
app.before.each(open);
app.after.each(close);
function paths(options?: Parameters<typeof readApp>[1]): string[] {
  return readApp(folder, options).map(({ path }) => path);
}
const MANIFEST = `
[component.one]
source = "target/one.wasm"
files = ["assets/**/*", { source = "static", destination = "/" }]
exclude_files = ["**/*.md"]
`;

app('reads the manifest and what it names, and nothing else', () => {
  write('spin.toml', MANIFEST);
  for (const path of ['target/one.wasm', 'target/debug.txt', 'assets/a/b.txt', 'assets/note.md', 'static/.well-known'])
    write(path);
  assert.equal(paths(), ['assets/a', 'assets/a/b.txt', 'spin.toml', 'static', 'static/.well-known', 'target/one.wasm']);
});

app('reads further files on request', () => {
  write('spin.toml', '');
  write('runtime-config.toml');
  assert.equal(paths({ also: ['runtime-config.toml'] }), ['runtime-config.toml', 'spin.toml']);
});

app('throws for a wasm file that is not there', () => {
  write('spin.toml', MANIFEST);
  write('static/index.html');
  assert.throws(paths, /ENOENT.*one\.wasm/);
});

app('makes do with what is there when the app is meant to be broken', () => {
  write('spin.toml', MANIFEST);
  assert.equal(paths({ isPartial: true }), ['spin.toml']);
  write('spin.toml', 'this is = = no TOML');
  assert.throws(paths, /Invalid TOML/);
  assert.equal(paths({ isPartial: true }), ['spin.toml']);
});
app.run();

const tree = suite('readTree');
tree.before.each(open);
tree.after.each(close);
tree('reads files, folders and links, hidden ones too', () => {
  write('bin/busybox');
  write('.hidden');
  symlinkSync('busybox', join(folder, 'bin/sh'));
  assert.equal(
    readTree(folder).map(({ kind, path }) => [kind, path]),
    [
      ['file', '.hidden'],
      ['directory', 'bin'],
      ['file', 'bin/busybox'],
      ['symlink', 'bin/sh'],
    ],
  );
});
tree.run();
