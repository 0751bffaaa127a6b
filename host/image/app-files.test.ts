import { parse } from 'smol-toml';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type AppFile, createGlob, listAppFiles } from './app-files.ts';

const files = suite('listAppFiles');

function plain(found: readonly AppFile[]) {
  return found.map(({ kind, path }) => ({ kind, path }));
}

files('finds sources, globs, folders and dependencies of a manifest of version 2', () => {
  const manifest = parse(`
    spin_manifest_version = 2
    [component.one]
    source = "./target/one.wasm"
    files = ["images/**/*.jpg", { source = "static/", destination = "/" }]
    exclude_files = ["images/raw/*"]
    [component.two]
    source = { url = "https://example.com/two.wasm", digest = "sha256:00" }
    [component.two.dependencies]
    "a:b/c" = { path = "lib/c.wasm" }
    "d:e" = "1.0.0"
  `);
  assert.equal(plain(listAppFiles(manifest)), [
    { kind: 'file', path: 'target/one.wasm' },
    { kind: 'glob', path: 'images' },
    { kind: 'folder', path: 'static' },
    { kind: 'file', path: 'lib/c.wasm' },
  ]);
});

files('finds the sources of a manifest of version 1', () => {
  const manifest = parse(`
    spin_version = "1"
    [[component]]
    id = "one"
    source = "one.wasm"
    files = ["a.txt"]
    [[component]]
    id = "two"
    source = "two.wasm"
  `);
  assert.equal(plain(listAppFiles(manifest)), [
    { kind: 'file', path: 'one.wasm' },
    { kind: 'glob', path: '' },
    { kind: 'file', path: 'two.wasm' },
  ]);
});

for (const text of ['', 'component = 3', 'component = [1]', '[component.a]\nsource = 1\nfiles = "x"'])
  files(`finds nothing in ${JSON.stringify(text)}`, () => {
    assert.equal(listAppFiles(parse(text)), []);
  });
files.run();

const glob = suite('createGlob');
for (const [pattern, yes, no] of [
  ['a.txt', ['a.txt'], ['a_txt', 'b/a.txt', 'a.txt2']],
  ['*.txt', ['a.txt', '.txt'], ['b/a.txt', 'a.md']],
  ['static/**/*', ['static/a', 'static/.well-known/b', 'static/a/b/c'], ['static', 'other/a']],
  ['**/*.md', ['a.md', 'b/c/a.md'], ['a.txt']],
  ['static/**', ['static/a', 'static/a/b'], ['static2/a']],
  ['file?.[ch]', ['file1.c', 'file2.h'], ['file.c', 'file/.c', 'file1.d']],
  ['[!a]*', ['b', 'bc'], ['a', 'ab']],
  ['a+(b)', ['a+(b)'], ['aab']],
] as const) {
  glob(`${pattern} matches ${yes.join(', ')} and not ${no.join(', ')}`, () => {
    const isMatch = createGlob(pattern);
    assert.equal([...yes, ...no].filter(isMatch), yes);
  });
}
glob.run();
