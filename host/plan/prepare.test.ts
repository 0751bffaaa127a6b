// Drives `prepareApp` with real components, a real plan process (from the sources) and the guest runtime as it was built.
import { cp, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildFirstComponent } from '../build/first-component.ts';
import { Code, StatusError } from '../ttrpc/status.ts';
import type { Command } from './executable.ts';
import { PlanRefusedError } from './plan-refused.ts';
import { type PrepareOptions, type PrepareResult, prepareApp } from './prepare.ts';
import { parsePreparedApp } from './prepared-app.ts';

type Context = { folder: string; rootfs: string; cacheDirectory: string };

const helloWasm = join(import.meta.dirname, '../../fixtures/apps/hello-c/hello.wasm');
const command: Command = {
  path: process.execPath,
  args: ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'testing/plan-role.ts')],
};

/** A command that no test may run: what succeeds with it started nothing. */
const noCommand: Command = { path: '/nonexistent/plan', args: [] };

const MANIFEST = `spin_manifest_version = 2
application = { name = "app" }
[[trigger.http]]
route = "/..."
component = "hello"
[component.hello]
source = "bin/hello.wasm"
`;

const preparing = suite<Context>('prepareApp');

preparing.before.each(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), 'prepare-'));
  context.rootfs = join(context.folder, 'rootfs');
  context.cacheDirectory = join(context.folder, 'cache');
  await mkdir(join(context.rootfs, 'bin'), { recursive: true });
  await cp(helloWasm, join(context.rootfs, 'bin/hello.wasm'));
  await writeFile(join(context.rootfs, 'spin.toml'), MANIFEST);
});
preparing.after.each(({ folder }) => rm(folder, { recursive: true, force: true }));

function prepare({ rootfs, cacheDirectory }: Context, options: Partial<PrepareOptions> = {}): Promise<PrepareResult> {
  return prepareApp({ rootfs, cacheDirectory, command, ...options });
}

/** What it throws; fails when it does not. */
async function failureOf(context: Context, options: Partial<PrepareOptions> = {}): Promise<StatusError> {
  const error = await prepare(context, options).catch((error: unknown) => error);
  assert.instance(error, StatusError);
  return error as StatusError;
}

async function refusalOf(context: Context, manifest?: string): Promise<string[]> {
  if (manifest !== undefined) await writeFile(join(context.rootfs, 'spin.toml'), manifest);
  const error = await failureOf(context);
  assert.instance(error, PlanRefusedError);
  assert.is(error.code, Code.INVALID_ARGUMENT);
  return error.message.split('\n');
}

preparing('writes a plan, and where its parts are', async (context) => {
  const { app, directory } = await prepare(context);
  assert.is(app.plan.name, 'app');
  const [component, ...others] = app.components;
  assert.equal([component?.id, component?.handler, others], ['hello', 'wasi:http/incoming-handler@0.2.12', []]);
  assert.is(app.runtime, null);
  assert.equal(parsePreparedApp(await readFile(join(directory, 'app.json'), 'utf8')), JSON.parse(JSON.stringify(app)));
});

const engines: [choice: 'any' | 'jco', engine: string, files: string[]][] = [
  ['jco', 'jco', ['component.core.wasm', 'component.core2.wasm', 'component.core3.wasm', 'component.js']],
  ['any', 'link', ['link-plan.json', 'module-0.wasm']],
];
for (const [choice, engine, files] of engines) {
  preparing(`writes what the engine ${engine} needs`, async (context) => {
    const [component] = (await prepare(context, { engine: choice })).app.components;
    assert.is(component?.engine, engine);
    const folder = join(context.cacheDirectory, 'components', component?.key ?? '');
    const found = await readdir(folder);
    for (const file of [...files, 'component.json', 'contents.json']) assert.ok(found.includes(file), file);
    const { imports, exports } = JSON.parse(await readFile(join(folder, 'component.json'), 'utf8'));
    assert.ok(imports.includes('wasi:http/types@0.2.12'));
    assert.equal(exports, ['wasi:http/incoming-handler@0.2.12']);
  });
}

preparing('prepares an app with a manifest of version 1', async (context) => {
  const component = '[[component]]\nid = "hello"\nsource = "bin/hello.wasm"\ntrigger.route = "/..."\n';
  const manifest = `spin_version = "1"\nname = "old"\ntrigger.type = "http"\n${component}`;
  await writeFile(join(context.rootfs, 'spin.toml'), manifest);
  const { app } = await prepare(context);
  assert.equal([app.plan.name, app.components[0]?.handler], ['old', 'wasi:http/incoming-handler@0.2.12']);
});

preparing('starts no process for an app that it has prepared', async (context) => {
  const first = await prepare(context);
  assert.equal(await prepare(context, { command: noCommand }), JSON.parse(JSON.stringify(first)));
});

preparing('starts none for another image with the same files', async (context) => {
  const { directory } = await prepare(context);
  const rootfs = join(context.folder, 'other');
  await cp(context.rootfs, rootfs, { recursive: true });
  assert.is((await prepare(context, { rootfs, command: noCommand })).directory, directory);
});

preparing('prepares a component once for all apps that have it', async (context) => {
  const { app, directory } = await prepare(context);
  await writeFile(join(context.rootfs, 'spin.toml'), MANIFEST.replace('"app"', '"other"'));
  const other = await prepare(context);
  assert.is.not(other.directory, directory);
  assert.equal(other.app.components, app.components);
});

preparing('notices that a component has changed', async (context) => {
  const { app } = await prepare(context);
  const bytes = await readFile(helloWasm);
  // An empty custom section changes the bytes and nothing else.
  await writeFile(join(context.rootfs, 'bin/hello.wasm'), Buffer.concat([bytes, Buffer.from([0, 2, 1, 0x78])]));
  const changed = await prepare(context);
  assert.is.not(changed.app.components[0]?.key, app.components[0]?.key);
});

for (const [what, path] of [
  ['component', 'components'],
  ['plan', 'plans'],
  ['app', 'apps'],
] as const) {
  preparing(`makes a damaged ${what} anew`, async (context) => {
    const first = await prepare(context);
    const [key = ''] = await readdir(join(context.cacheDirectory, path));
    const folder = join(context.cacheDirectory, path, key);
    const [file = ''] = (await readdir(folder)).sort();
    await truncate(join(folder, file), 1);
    const again = await prepare(context);
    assert.is(again.directory, first.directory);
    await prepare(context, { command: noCommand });
  });
}

preparing('lets two first starts of an app run at a time', async (context) => {
  const [one, two] = await Promise.all([prepare(context), prepare(context)]);
  assert.equal(one, two);
  assert.equal(await readdir(join(context.cacheDirectory, 'tmp')), []);
});

preparing('keeps only the components it is told to', async (context) => {
  const more = '[[trigger.http]]\nroute = "/b"\ncomponent = "b"\n[component.b]\nsource = "bin/hello.wasm"\n';
  await writeFile(join(context.rootfs, 'spin.toml'), MANIFEST + more);
  const { app } = await prepare(context, { retain: ['b'] });
  assert.equal(
    app.components.map(({ id }) => id),
    ['b'],
  );
});

preparing('has no handler for a component that no trigger names', async (context) => {
  await writeFile(join(context.rootfs, 'spin.toml'), `${MANIFEST}[component.b]\nsource = "bin/hello.wasm"\n`);
  const { app } = await prepare(context);
  assert.equal(
    app.components.map(({ id, handler }) => [id, handler !== null]),
    [
      ['hello', true],
      ['b', false],
    ],
  );
});

preparing('says everything that is wrong with a manifest', async (context) => {
  const lines = await refusalOf(context, MANIFEST.replace('source', 'sorce').replace('"/..."', '"/:"'));
  assert.equal(lines, [
    '/spin.toml:4:9: trigger.http[0].route: route "/:": params must be named (write `:name`)',
    '/spin.toml:6:12: component.hello: missing field `source` (add `source` with the path of a wasm file)',
    '/spin.toml:7:1: component.hello.sorce: unknown field `sorce` (did you mean `source`?)',
  ]);
});

const COPY = '(copy the wasm file into the image)';
const AT = '/spin.toml:7:10: component.hello.source:';

preparing('says which wasm file is missing, whose it is and where that is written', async (context) => {
  await rm(join(context.rootfs, 'bin/hello.wasm'));
  assert.equal(await refusalOf(context), [
    `${AT} component \`hello\`: cannot open /bin/hello.wasm in the image: no such file ${COPY}`,
  ]);
});

preparing('says that a wasm file is a directory', async (context) => {
  assert.equal(await refusalOf(context, MANIFEST.replace('bin/hello.wasm', '/bin')), [
    `${AT} component \`hello\`: cannot open /bin in the image: not a regular file ${COPY}`,
  ]);
});

preparing('says which directory to mount is missing', async (context) => {
  assert.equal(await refusalOf(context, `${MANIFEST}files = ["bin", "static"]\n`), [
    '/spin.toml:8:17: component.hello.files: component `hello`: static is not a directory of the image ' +
      '(only directories can be mounted from an image)',
  ]);
});

const REMOTE = `{ url = "https://example.com/a.wasm", digest = "sha256:${'0'.repeat(64)}" }`;

preparing('says that the node takes no component from elsewhere', async (context) => {
  assert.equal(await refusalOf(context, MANIFEST.replace('"bin/hello.wasm"', REMOTE)), [
    `${AT} component \`hello\`: this node takes no components from elsewhere ` +
      '(copy the wasm file into the image and name its path, or set `RemoteSources` on the node)',
  ]);
});

preparing('prepares a component from elsewhere, which is no file of the image', async (context) => {
  const directory = join(context.cacheDirectory, 'remotes/key');
  await mkdir(directory, { recursive: true });
  await cp(helloWasm, join(directory, 'component.wasm'));
  await writeFile(join(context.rootfs, 'spin.toml'), MANIFEST.replace('"bin/hello.wasm"', REMOTE));
  const { app, files, remotes } = await prepare(context, { fetchRemotes: async () => [{ directory }] });
  assert.is(app.components[0]?.handler, 'wasi:http/incoming-handler@0.2.12');
  assert.equal([files, remotes], [['/spin.toml'], [directory]]);
});

const composed = join(import.meta.dirname, '../../fixtures/apps/composed');

preparing(
  'links a component with its dependency, and makes another component of it with another dependency',
  async (context) => {
    await cp(composed, context.rootfs, { recursive: true });
    const [first] = (await prepare(context)).app.components;
    const [again] = (await prepare(context, { command: noCommand })).app.components;
    assert.is(again?.key, first?.key);
    const manifest = await readFile(join(context.rootfs, 'spin.toml'), 'utf8');
    const inherits = manifest.replace('"greeter.wasm" }', '"greeter.wasm", inherit_configuration = true }');
    await writeFile(join(context.rootfs, 'spin.toml'), inherits);
    const [other] = (await prepare(context)).app.components;
    assert.is.not(other?.key, first?.key);
    // The other engine cannot link.
    assert.equal(
      [first?.engine, (await prepare(context, { engine: 'jco' })).app.components[0]?.engine],
      ['link', 'link'],
    );
  },
);

preparing('says of every dependency that cannot be opened', async (context) => {
  const dependencies = 'dependencies = { "a:b/c" = "1", d = { path = "d.wasm" } }\n';
  const line = await refusalOf(context, MANIFEST + dependencies);
  assert.is(line.length, 2);
  assert.match(
    line[0] ?? '',
    /:8:18: .*dependency "a:b\/c" of component `hello`: this node takes no components from elsewhere/,
  );
  assert.match(
    line[1] ?? '',
    /:8:33: .*dependency "d" of component `hello`: cannot open \/d\.wasm in the image: no such file/,
  );
});

preparing('says of a dependency that it satisfies no import, and which there are', async (context) => {
  const [line = ''] = await refusalOf(context, `${MANIFEST}dependencies = { "a:b/c" = { path = "bin/hello.wasm" } }\n`);
  assert.match(
    line,
    /^\/spin\.toml:8:18: component\.hello\.dependencies\."a:b\/c": \/bin\/hello\.wasm: dependency "a:b\/c" satisfies none of the component's imports/,
  );
  assert.match(line, /the component imports wasi:cli\/environment/);
});

const notComponents: [what: string, bytes: number[], message: RegExp][] = [
  [
    'a core module that no adapter fits',
    [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    /a core module that is no program .*\(build it with a current SDK/,
  ],
  ['no WebAssembly', [1, 2, 3, 4, 5, 6, 7, 8], /not a component: no WebAssembly magic/],
  ['an empty file', [], /not a component: shorter than a preamble/],
  [
    'a component whose core module has an unknown instruction',
    [
      ...[0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0],
      ...[1, 25, 0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 10, 5, 1, 3, 0, 0xff, 0x0b],
      ...[2, 4, 1, 0, 0, 0],
    ],
    /core module 0 is not valid: Compiling function #0 failed: Invalid opcode 0xff \(at byte 33\)/,
  ],
];
for (const [what, bytes, message] of notComponents) {
  preparing(`says that a file is ${what}`, async (context) => {
    await writeFile(join(context.rootfs, 'bin/hello.wasm'), Uint8Array.from(bytes));
    const [line = '', ...rest] = await refusalOf(context);
    assert.ok(line.startsWith(`${AT} /bin/hello.wasm: `));
    assert.match(line, message);
    assert.equal(rest, []);
  });
}

preparing('says that no export serves the trigger', async (context) => {
  const component = [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0];
  await writeFile(join(context.rootfs, 'bin/hello.wasm'), Uint8Array.from(component));
  const [line = ''] = await refusalOf(context);
  assert.match(
    line,
    /^\/spin\.toml:7:10: component\.hello\.source: component `hello` exports nothing that serves http/,
  );
});

preparing('says what is wrong with each component at once', async (context) => {
  for (const name of ['one', 'two']) await writeFile(join(context.rootfs, `${name}.wasm`), 'no component');
  const lines = await refusalOf(
    context,
    `${MANIFEST}[component.one]\nsource = "one.wasm"\n[component.two]\nsource = "two.wasm"\n`,
  );
  assert.is(lines.length, 2);
  assert.match(lines[0] ?? '', /:9:10: component\.one\.source: \/one\.wasm: not a component/);
  assert.match(lines[1] ?? '', /:11:10: component\.two\.source: \/two\.wasm: not a component/);
});

preparing('says that an image has no manifest', async (context) => {
  await rm(join(context.rootfs, 'spin.toml'));
  assert.equal(await refusalOf(context), [
    '/spin.toml: the image has no manifest: no such file (copy the manifest to /spin.toml in the Dockerfile)',
  ]);
});

preparing('says that a manifest is not text', async (context) => {
  await writeFile(join(context.rootfs, 'spin.toml'), Uint8Array.of(0xff, 0xfe));
  assert.equal(await refusalOf(context), ['/spin.toml: the manifest is not UTF-8 text']);
});

preparing('lets another guest runtime decide, and hands it over for what it decides later', async (context) => {
  const runtimeComponent = await buildFirstComponent();
  const own = await prepare(context);
  const other = await prepare(context, { runtimeComponent });
  assert.is.not(other.directory, own.directory);
  const routes = other.app.plan.triggers.flatMap(({ val }) =>
    val.routes.map(({ rawRoute, target }) => [rawRoute, target.tag]),
  );
  assert.equal(routes, [
    ['/decide/...', 'dynamic'],
    ['/...', 'component'],
  ]);
  const key = other.app.runtime?.key ?? '';
  assert.ok((await readdir(join(context.cacheDirectory, 'components', key))).includes('component.js'));
  assert.is((await prepare(context, { runtimeComponent, command: noCommand })).directory, other.directory);
});

preparing('says that another guest runtime is missing', async (context) => {
  const error = await failureOf(context, { runtimeComponent: '/nonexistent/runtime.wasm' });
  assert.is(error.code, Code.FAILED_PRECONDITION);
  assert.match(error.message, /^cannot open the guest runtime "\/nonexistent\/runtime\.wasm": ENOENT/);
});

preparing('says that another guest runtime is none', async (context) => {
  const error = await failureOf(context, { runtimeComponent: helloWasm });
  assert.is(error.code, Code.INTERNAL);
  assert.match(error.message, /the guest runtime imports wasi:.*which no guest runtime is given/);
});

const deaths: [what: string, command: Command, message: RegExp][] = [
  ['cannot be started', noCommand, /gave no answer: .*ENOENT/],
  [
    'dies with a message',
    { path: process.execPath, args: ['-e', 'process.stderr.write("out of luck"); process.exit(3)'] },
    /gave no answer: out of luck$/,
  ],
  [
    'dies silently',
    { path: process.execPath, args: ['-e', 'process.exit(3)'] },
    /gave no answer: it ended with code 3$/,
  ],
  [
    'is killed',
    { path: process.execPath, args: ['-e', 'process.kill(process.pid, "SIGKILL")'] },
    /gave no answer: it ended with SIGKILL$/,
  ],
  [
    'talks nonsense',
    { path: process.execPath, args: ['-e', 'console.log("hello"); setInterval(() => 0, 1000)'] },
    /gave no answer: it ended with SIGKILL$/,
  ],
];
for (const [what, command, message] of deaths) {
  preparing(`says that the plan process ${what}`, async (context) => {
    const error = await failureOf(context, { command });
    assert.is(error.code, Code.INTERNAL);
    assert.match(error.message, message);
  });
}

preparing.run();
