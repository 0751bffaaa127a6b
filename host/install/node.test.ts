import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NodeFiles } from './node.ts';

const files = suite<{ root: string; node: NodeFiles }>('NodeFiles');
files.before.each((context) => {
  context.root = mkdtempSync(join(tmpdir(), 'node-'));
  context.node = new NodeFiles(context.root);
});
files.after.each(({ root }) => rmSync(root, { recursive: true }));

const edit = (path: string, after: string | undefined) => ({ path, before: undefined, after });

files('reads what is below its root, and nothing where nothing is', ({ root, node }) => {
  writeFileSync(join(root, 'file'), 'text');
  assert.equal([node.read('/file'), node.read('/none'), node.read('/none/at/all')], ['text', undefined, undefined]);
  assert.equal([node.exists('/file'), node.exists('/none')], [true, false]);
});

files('follows a link as the node would, not as this machine does', ({ root, node }) => {
  mkdirSync(join(root, 'etc'));
  writeFileSync(join(root, 'etc/real.toml'), 'old');
  symlinkSync('/etc/real.toml', join(root, 'etc/absolute.toml'));
  symlinkSync('absolute.toml', join(root, 'etc/relative.toml'));
  node.apply(edit('/etc/relative.toml', 'new'));
  assert.is(readFileSync(join(root, 'etc/real.toml'), 'utf8'), 'new');
  assert.equal(readdirSync(join(root, 'etc')).sort(), ['absolute.toml', 'real.toml', 'relative.toml']);
});

files('gives up on links that lead nowhere', ({ root, node }) => {
  symlinkSync('loop', join(root, 'loop'));
  assert.throws(() => node.read('/loop'), /more than 40/);
});

files('keeps the mode of a file that it edits', ({ root, node }) => {
  const path = join(root, 'config.toml');
  writeFileSync(path, 'old');
  chmodSync(path, 0o600);
  node.apply(edit('/config.toml', 'new'));
  assert.is(statSync(path).mode & 0o777, 0o600);
});

files('makes folders for a new file, and removes a file', ({ root, node }) => {
  node.apply(edit('/a/b/config.toml', 'new'));
  assert.is(node.read('/a/b/config.toml'), 'new');
  node.apply(edit('/a/b/config.toml', undefined));
  assert.equal(readdirSync(join(root, 'a/b')), []);
});

files('places an executable, and leaves one alone that is there already', async ({ root, node }) => {
  const source = join(root, 'source');
  writeFileSync(source, 'program');
  await node.place(source, '/opt/bin/program');
  const first = statSync(join(root, 'opt/bin/program'));
  assert.is(first.mode & 0o777, 0o755);
  await node.place(source, '/opt/bin/program');
  assert.is(statSync(join(root, 'opt/bin/program')).ino, first.ino);
  writeFileSync(source, 'another');
  await node.place(source, '/opt/bin/program');
  assert.is(node.read('/opt/bin/program'), 'another');
});

files('removes what it placed with its folders, but no folder that has something else', ({ root, node }) => {
  for (const path of ['/opt/spin/bin/program', '/opt/spin/lib/one/library', '/opt/spin/lib/two']) {
    node.apply(edit(path, ''));
  }
  node.remove(['/opt/spin/bin/program', '/opt/spin/lib/one/library', '/opt/spin/none'], '/opt/spin');
  assert.equal(readdirSync(join(root, 'opt/spin')), ['lib']);
  node.remove(['/opt/spin/lib/two'], '/opt/spin');
  assert.equal(readdirSync(join(root, 'opt')), []);
});
files.run();
