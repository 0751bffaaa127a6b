// Proves that the guard refuses each way in which a uvu file can pass falsely or hang: one small bad file for each.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findFiles } from './find-files.ts';
import { judge } from './judge.ts';
import { runFile } from './run-file.ts';

const fixtures = join(import.meta.dirname, 'fixtures');
const refusals: Readonly<Record<string, RegExp>> = {
  'before-throws': /only 0 of 1 tests passed/,
  'after-each-throws': /only 0 of 1 tests passed/,
  'throws-string': /only 0 of 1 tests passed/,
  'never-runs': /no suite ran to its end/,
  'second-never-runs': /suite `second` is never run/,
  focused: /`\.only` is left in/,
  skipped: /1 tests were skipped/,
  'empty-suite': /a suite ran without any test/,
  'no-test': /no test ran/,
  hangs: /longer than its time limit/,
  'never-settles': /no suite ran to its end/,
  'fails-late': /exited with 1/,
  'exits-early': /no suite ran to its end/,
  fails: /only 1 of 2 tests passed/,
  'leaves-process': /left processes running: \d+/,
};

const runFixture = async (name: string, timeoutMs: number) =>
  judge(await runFile(join(fixtures, `${name}.ts`), { timeoutMs }));

const guard = suite('guard');

for (const [name, reason] of Object.entries(refusals)) {
  guard(`refuses ${name}`, async () => {
    const verdict = await runFixture(name, name === 'hangs' ? 1500 : 20_000);
    assert.match(verdict.reasons.join('\n'), reason);
    assert.ok(verdict.failed >= 1);
  });
}

guard('accepts a file whose every test passes', async () => {
  assert.equal(await runFixture('passes', 20_000), { passed: 1, failed: 0, reasons: [], omissions: [] });
});

guard('passes on what a file says that it leaves out', async () => {
  const { failed, omissions } = await runFixture('omits', 20_000);
  assert.equal([failed, omissions], [0, ['skipped: a thing that this machine lacks (what installs it)']]);
});

guard('counts each failed test', async () => {
  const verdict = await runFixture('fails', 20_000);
  assert.is(verdict.passed, 1);
  assert.is(verdict.failed, 1);
});

guard('has a test for each fixture', async () => {
  const names = (await readdir(fixtures)).map((name) => name.replace(/\.ts$/, '')).sort();
  assert.equal(names, [...Object.keys(refusals), 'passes', 'omits'].sort());
});

guard.run();

const finding = suite('findFiles');

finding('finds unit tests and leaves fixtures out', async () => {
  const files = await findFiles([import.meta.dirname], '.test.ts');
  assert.ok(files.includes(join(import.meta.dirname, 'guard.test.ts')));
  assert.not.ok(files.some((file) => file.includes('fixtures')));
});

finding('takes a file as it is named, and nothing of another kind', async () => {
  assert.is((await findFiles([join(fixtures, 'passes.ts')], '.test.ts')).length, 0);
});

finding('refuses a path that does not exist', async () => {
  try {
    await findFiles(['no/such/folder'], '.test.ts');
    assert.unreachable();
  } catch (error) {
    assert.match(String(error), /ENOENT/);
  }
});

finding.run();
