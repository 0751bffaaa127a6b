import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../../testing/until.ts';
import { InstanceScope } from '../instance-scope.ts';
import { createPreopens, type Descriptor } from './descriptor.ts';
import { GuestFile } from './guest-file.ts';
import { openDirectory } from './openat.ts';

const FOLLOW = { symlinkFollow: true };
const READ = { read: true };

const folder = mkdtempSync(join(tmpdir(), 'files-'));
const root = join(folder, 'root');

mkdirSync(join(root, 'sub/deep'), { recursive: true });
writeFileSync(join(folder, 'secret'), 'outside');
writeFileSync(join(root, 'hello.txt'), 'hello');
writeFileSync(join(root, 'sub/inner.txt'), 'inner');
writeFileSync(join(root, 'big'), Buffer.alloc(200_000, 'x'));
for (const [name, target] of [
  ['to-file', 'hello.txt'],
  ['to-directory', 'sub'],
  ['sub/up', '../hello.txt'],
  ['absolute', join(folder, 'secret')],
  ['escape', '../secret'],
  ['sub/escape', 'deep/../../../secret'],
  ['loop-a', 'loop-b'],
  ['loop-b', 'loop-a'],
  ['dangling', 'nowhere'],
] as const) {
  symlinkSync(target, join(root, name));
}

const files = new GuestFile(await openDirectory(root));

async function withRoot<T>(use: (root: Descriptor) => T | Promise<T>): Promise<T> {
  const scope = new InstanceScope();
  const [preopen] = createPreopens([[files, '/']], scope).getDirectories();
  try {
    return await use(preopen?.[0] as Descriptor);
  } finally {
    scope.release();
  }
}

async function readAll(descriptor: Descriptor): Promise<string> {
  const stream = descriptor.readViaStream(0n);
  let text = '';
  for (;;) {
    try {
      text += new TextDecoder().decode(await stream.blockingRead(50_000n));
    } catch (error) {
      assert.equal(error, { tag: 'closed' });
      return text;
    }
  }
}

async function errorOf(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  return 'none';
}

const openAt = suite('Descriptor.openAt');

for (const path of [
  'hello.txt',
  './hello.txt',
  'sub/../hello.txt',
  'sub/deep/../../hello.txt',
  'to-file',
  'sub/up',
  'to-directory/../hello.txt',
]) {
  openAt(`opens ${path}`, () =>
    withRoot(async (root) => assert.is(await readAll(await root.openAt(FOLLOW, path, {}, READ)), 'hello')),
  );
}

for (const [path, code] of [
  ['', 'no-entry'],
  ['nowhere', 'no-entry'],
  ['dangling', 'no-entry'],
  ['hello.txt/x', 'not-directory'],
  ['hello.txt/', 'not-directory'],
  ['hello.txt/.', 'not-directory'],
  ['..', 'not-permitted'],
  ['../secret', 'not-permitted'],
  ['sub/../../secret', 'not-permitted'],
  ['/etc/passwd', 'not-permitted'],
  ['absolute', 'not-permitted'],
  ['escape', 'not-permitted'],
  ['sub/escape', 'not-permitted'],
  ['loop-a', 'loop'],
  ['a\0b', 'invalid'],
  ['x'.repeat(300), 'name-too-long'],
] as const) {
  openAt(`answers ${code} to ${JSON.stringify(path).slice(0, 30)}`, () =>
    withRoot(async (root) => assert.is(await errorOf(() => root.openAt(FOLLOW, path, {}, READ)), code)),
  );
}

openAt('opens a link itself when it is not to be followed', () =>
  withRoot(async (root) => assert.is((await root.openAt({}, 'to-file', {}, READ)).getType(), 'symbolic-link')),
);

openAt('tells a directory from a file where a directory is asked for', () =>
  withRoot(async (root) => {
    assert.is((await root.openAt(FOLLOW, 'to-directory', { directory: true }, READ)).getType(), 'directory');
    assert.is(await errorOf(() => root.openAt(FOLLOW, 'hello.txt', { directory: true }, READ)), 'not-directory');
  }),
);

for (const [what, openFlags, flags] of [
  ['create', { create: true }, {}],
  ['truncate', { truncate: true }, {}],
  ['exclusive', { exclusive: true }, {}],
  ['write', {}, { write: true }],
  ['mutate', {}, { mutateDirectory: true }],
] as const) {
  openAt(`does not permit ${what}`, () =>
    withRoot(async (root) => {
      assert.is(await errorOf(() => root.openAt(FOLLOW, 'new', openFlags, flags)), 'not-permitted');
      assert.not.ok(existsSync(join(folder, 'root/new')));
    }),
  );
}

openAt.run();

const descriptor = suite('Descriptor');

descriptor('reads at any offset and knows the end', () =>
  withRoot(async (root) => {
    const file = await root.openAt({}, 'hello.txt', {}, READ);
    const text = async (length: bigint, offset: bigint) => {
      const [bytes, isEnd] = await file.read(length, offset);
      return [new TextDecoder().decode(bytes), isEnd];
    };
    assert.equal(await text(2n, 1n), ['el', false]);
    assert.equal(await text(10n, 1n), ['ello', true]);
    assert.equal(await text(10n, 100n), ['', true]);
  }),
);

descriptor('streams a file of several chunks from an offset on', () =>
  withRoot(async (root) => {
    const file = await root.openAt({}, 'big', {}, READ);
    assert.is((await readAll(file)).length, 200_000);
    const stream = file.readViaStream(199_999n);
    assert.is((await stream.blockingRead(10n)).length, 1);
  }),
);

descriptor('lists a directory without its dots', () =>
  withRoot(async (root) => {
    const stream = await (await root.openAt({}, 'sub', {}, READ)).readDirectory();
    const entries: string[] = [];
    for (let entry = stream.readDirectoryEntry(); entry; entry = stream.readDirectoryEntry()) {
      entries.push(`${entry.name} ${entry.type}`);
    }
    assert.equal(entries.sort(), [
      'deep directory',
      'escape symbolic-link',
      'inner.txt regular-file',
      'up symbolic-link',
    ]);
  }),
);

descriptor('describes files as they are', () =>
  withRoot(async (root) => {
    const stat = await root.statAt({}, 'hello.txt');
    assert.is(stat.type, 'regular-file');
    assert.is(stat.size, 5n);
    assert.is((await root.statAt({}, 'to-file')).type, 'symbolic-link');
    assert.is((await root.statAt(FOLLOW, 'to-file')).type, 'regular-file');
    assert.is(root.getType(), 'directory');
    assert.equal(root.getFlags(), { read: true });
  }),
);

descriptor('knows the same file under two names', () =>
  withRoot(async (root) => {
    const [one, same, other] = await Promise.all(
      ['hello.txt', 'to-file', 'big'].map((path) => root.openAt(FOLLOW, path, {}, READ)),
    );
    assert.ok(one?.isSameObject(same as Descriptor));
    assert.not.ok(one?.isSameObject(other as Descriptor));
    assert.equal(await root.metadataHashAt(FOLLOW, 'to-file'), one?.metadataHash());
    assert.not.equal(await root.metadataHashAt(FOLLOW, 'big'), one?.metadataHash());
  }),
);

descriptor('reads links, and only links', () =>
  withRoot(async (root) => {
    assert.is(await root.readlinkAt('sub/up'), '../hello.txt');
    assert.is(await errorOf(() => root.readlinkAt('hello.txt')), 'invalid');
  }),
);

descriptor('tells a directory from a file when it is read', () =>
  withRoot(async (root) => {
    assert.is(await errorOf(() => root.readViaStream(0n)), 'is-directory');
    const file = await root.openAt({}, 'hello.txt', {}, READ);
    assert.is(await errorOf(() => file.readDirectory()), 'not-directory');
    assert.is(await errorOf(() => file.openAt({}, 'x', {}, READ)), 'not-directory');
  }),
);

descriptor('permits no change', () =>
  withRoot(async (root) => {
    for (const method of [
      'setSize',
      'setTimes',
      'setTimesAt',
      'write',
      'createDirectoryAt',
      'linkAt',
      'removeDirectoryAt',
      'renameAt',
      'symlinkAt',
      'unlinkFileAt',
    ] as const) {
      assert.is(await errorOf(() => root[method]()), 'not-permitted', method);
    }
    assert.is(readFileSync(join(folder, 'root/hello.txt'), 'utf8'), 'hello');
  }),
);

/** Counts the open files below the root. */
function countOpen(): number {
  return readdirSync('/proc/self/fd').filter((descriptor) => {
    const path = `/proc/self/fd/${descriptor}`;
    return existsSync(path) && readlinkSync(path).startsWith(`${root}/`);
  }).length;
}

descriptor('closes every file when its instance is given up', async () => {
  await withRoot(async (root) => {
    await Promise.all(['hello.txt', 'sub/inner.txt', 'sub'].map((path) => root.openAt({}, path, {}, READ)));
    assert.ok(countOpen() >= 3);
    for (const path of ['escape', 'sub/nowhere', 'hello.txt/x']) {
      await errorOf(() => root.openAt(FOLLOW, path, {}, READ));
    }
  });
  // Files are closed by the thread pool, after this turn.
  await until('every file is closed', () => countOpen() === 0);
});

descriptor.after(() => rmSync(folder, { recursive: true }));
descriptor.run();
