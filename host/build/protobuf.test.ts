import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { generateModules } from './protobuf.ts';

const head = 'syntax = "proto3"; package a.b;';
const generating = suite('generateModules');

generating('writes a module for each package, with imports between them', () => {
  const modules = generateModules([
    `${head} message M { c.N other = 1; }`,
    'syntax = "proto3"; package c; message N {} enum E { ZERO = 0; MINUS = -1; }',
  ]);
  assert.equal([...modules.keys()].sort(), ['a.b.ts', 'c.ts']);
  assert.match(modules.get('a.b.ts') ?? '', "import * as c from './c.ts';");
  assert.match(modules.get('a.b.ts') ?? '', "[1, 'other', () => c.N]");
  assert.match(modules.get('c.ts') ?? '', 'MINUS: -1');
});

generating('gives each label its type', () => {
  const text = generateModules([
    `${head} message M { repeated uint64 a = 1; map<string, string> b = 2; optional bytes c_d = 3; M e = 4; double f = 5; }`,
  ]).get('a.b.ts');
  for (const line of [
    'a: bigint[];',
    'b: Record<string, string>;',
    'cD: Uint8Array | undefined;',
    'e: M | undefined;',
    'f: number;',
  ]) {
    assert.match(text ?? '', line);
  }
});

generating('describes services after their messages, under the names that TypeScript would give', () => {
  const text = generateModules([`${head} service S { rpc CloseIO(M) returns (M); } message M {}`]).get('a.b.ts') ?? '';
  assert.match(text, "closeIO: { name: 'CloseIO', request: M, response: M }");
  assert.ok(text.indexOf('const M') < text.indexOf('const S'));
});

generating('marks a method that answers with a stream', () => {
  const text =
    generateModules([`${head} service S { rpc Read(M) returns (stream M); } message M {}`]).get('a.b.ts') ?? '';
  assert.match(text, "read: { name: 'Read', request: M, response: M, hasResponseStream: true }");
});

generating('carries comments over', () => {
  const text =
    generateModules([`${head}\n// What it is.\nmessage M {\n  // In bytes.\n  int32 a = 1;\n}`]).get('a.b.ts') ?? '';
  assert.match(text, '/** What it is. */\nexport type M');
  assert.match(text, '  /** In bytes. */\n  a: number;');
});

generating('refuses what the messages of this project do not need', () => {
  const refused = [
    'message M { oneof o { string a = 1; } }',
    'message M { message N {} }',
    'message M { sint32 a = 1; }',
    'message M { map<int32, string> a = 1; }',
    'message M {} service S { rpc A(stream M) returns (M); }',
  ];
  for (const text of refused)
    assert.throws(() => generateModules([`${head} ${text}`]), /not supported|only string keys/, text);
});

generating.run();
