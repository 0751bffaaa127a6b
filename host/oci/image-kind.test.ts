import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Spec } from '../bundle/spec.ts';
import { Code } from '../ttrpc/status.ts';
import { candidatePaths, readImageKind, unknownImageError } from './image-kind.ts';

const ELF = '\x7fELF\x02\x01';

function specOf(args: readonly string[], env: readonly string[] = [], cwd = '/'): Spec {
  return { ociVersion: '1.0.2', process: { cwd, args, env }, root: { path: 'rootfs' } };
}

type Image = { rootfs: string; add: (path: string, content: string, mode?: number) => void };

const kinds = suite<Image>('readImageKind');

kinds.before.each((context) => {
  context.rootfs = mkdtempSync(join(tmpdir(), 'image-'));
  context.add = (path, content, mode = 0o755) => {
    mkdirSync(dirname(join(context.rootfs, path)), { recursive: true });
    writeFileSync(join(context.rootfs, path), content);
    chmodSync(join(context.rootfs, path), mode);
  };
});
kinds.after.each(({ rootfs }) => rmSync(rootfs, { recursive: true }));

kinds('takes a binary for a Linux container, even beside a Spin app', async ({ rootfs, add }) => {
  add('/spin.toml', '', 0o644);
  add('/pause', ELF);
  assert.is(await readImageKind(rootfs, specOf(['/pause'])), 'linux');
});

kinds('takes a script for a Linux container', async ({ rootfs, add }) => {
  add('/run.sh', '#!/bin/sh\n');
  assert.is(await readImageKind(rootfs, specOf(['/run.sh'])), 'linux');
});

kinds('looks for a name in PATH and for a relative path from the working directory', async ({ rootfs, add }) => {
  add('/opt/bin/tool', ELF);
  assert.is(await readImageKind(rootfs, specOf(['tool'], ['PATH=/bin:/opt/bin'])), 'linux');
  assert.is(await readImageKind(rootfs, specOf(['bin/tool'], [], '/opt')), 'linux');
});

kinds('follows links as the container would', async ({ rootfs, add }) => {
  add('/bin/busybox', ELF);
  symlinkSync('/bin/busybox', join(rootfs, 'sh'));
  assert.is(await readImageKind(rootfs, specOf(['/sh'])), 'linux');
});

kinds('does not follow a link out of the image', async ({ rootfs, add }) => {
  add('/spin.toml', '', 0o644);
  symlinkSync('../../../../../../../../bin/sh', join(rootfs, 'sh'));
  assert.is(await readImageKind(rootfs, specOf(['/sh'])), 'spin');
});

for (const [what, content, mode] of [
  ['a binary that may not be executed', ELF, 0o644],
  ['a wasm file', '\0asm\x01', 0o755],
  ['an empty file', '', 0o755],
] as const) {
  kinds(`takes ${what} beside a manifest for a Spin container`, async ({ rootfs, add }) => {
    add('/spin.toml', '', 0o644);
    add('/file', content, mode);
    assert.is(await readImageKind(rootfs, specOf(['/file'])), 'spin');
  });
}

for (const args of [['/'], [''], [], ['/spin.toml'], ['/missing']]) {
  kinds(`takes the command ${JSON.stringify(args)} and a manifest for a Spin container`, async ({ rootfs, add }) => {
    add('/spin.toml', '', 0o644);
    assert.is(await readImageKind(rootfs, specOf(args)), 'spin');
  });
}

kinds('does not know an image that is neither', async ({ rootfs }) => {
  assert.is(await readImageKind(rootfs, specOf(['app'])), 'unknown');
});

kinds.run();

const unknown = suite('unknownImageError');

unknown('says where it looked, and what else is missing', () => {
  const error = unknownImageError(specOf(['app'], ['PATH=/a:/b']), 'it has no layers');
  assert.is(error.code, Code.INVALID_ARGUMENT);
  assert.match(
    error.message,
    /"app" is no program \(looked for \/a\/app, \/b\/app\).*no \/spin\.toml, and it has no layers/,
  );
});

unknown.run();

const candidates = suite('candidatePaths');

candidates('takes an empty entry of PATH for the working directory', () => {
  assert.equal(candidatePaths(specOf(['app'], ['PATH=:/b'], '/work')), ['/work/app', '/b/app']);
});

candidates.run();
