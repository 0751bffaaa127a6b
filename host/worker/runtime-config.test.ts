import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { emptyRuntimeConfig } from '../factor/runtime-config/empty.ts';
import { readEnvironmentFile, readRuntimeConfig } from './files.ts';
import { openRuntimeConfig } from './runtime-config.ts';

const reading = suite<{ root: string }>('readRuntimeConfig');

reading.before.each(async (context) => {
  context.root = await mkdtemp(join(tmpdir(), 'config-'));
});
reading.after.each(({ root }) => rm(root, { recursive: true }));

reading('finds the file at the root, where there is one', async ({ root }) => {
  assert.is(readRuntimeConfig(root, {}), null);
  await writeFile(join(root, 'runtime-config.toml'), 'a');
  assert.equal(readRuntimeConfig(root, { RUNTIME_CONFIG_FILE: '' }), { path: '/runtime-config.toml', text: 'a' });
});

reading('takes the file that is named, and misses it when it is not there', async ({ root }) => {
  await writeFile(join(root, 'mine.toml'), 'b');
  assert.equal(readRuntimeConfig(root, { RUNTIME_CONFIG_FILE: '/mine.toml' }), { path: '/mine.toml', text: 'b' });
  const message = 'RUNTIME_CONFIG_FILE names /other.toml, which does not exist';
  assert.throws(() => readRuntimeConfig(root, { RUNTIME_CONFIG_FILE: '/other.toml' }), message);
});

reading('reads files of environment variables', async ({ root }) => {
  await writeFile(join(root, '.env'), '# comment\nA=1\nexport B="two words"\nC=\'$A\'\n');
  assert.equal({ ...readEnvironmentFile(root, '.env') }, { A: '1', B: 'two words', C: '$A' });
  assert.equal({ ...readEnvironmentFile(root, 'other') }, {});
});

reading.run();

const opening = suite('openRuntimeConfig');

function collect() {
  const lines: string[] = [];
  const add = (line: string) => lines.push(line);
  const loadParser = () => import('../factor/runtime-config/runtime-config.ts');
  return { lines, loadParser, print: add, log: add };
}

opening('gives the empty one without a file', async () => {
  assert.is(await openRuntimeConfig(null, collect()), emptyRuntimeConfig);
});

opening('names what is configured, and warns of what has no effect', async () => {
  const output = collect();
  const text = '[key_value_store.default]\ntype = "spin"';
  await openRuntimeConfig({ path: '/runtime-config.toml', text }, output);
  assert.equal(output.lines, [
    'Warning: /runtime-config.toml:1:18: key_value_store.default: this host offers no key-value store yet: ' +
      '`[key_value_store.default]` has no effect',
    'Using runtime config [key_value_store.default: spin] from "/runtime-config.toml"\n',
  ]);
});

opening('says everything that is wrong, each with its place', async () => {
  const file = { path: '/runtime-config.toml', text: 'stat_dir = "x"\n[outbound_http]\nx = 1' };
  const message = await openRuntimeConfig(file, collect()).then(
    () => 'none',
    (error: Error) => error.message,
  );
  assert.equal(message.split('\n'), [
    '/runtime-config.toml:1:1: stat_dir: unknown field `stat_dir` (did you mean `state_dir`?)',
    '/runtime-config.toml:3:1: outbound_http.x: unknown field `x` ' +
      '(remove it; known here: connection_pooling, max_concurrent_requests, max_connections)',
  ]);
});

opening.run();
