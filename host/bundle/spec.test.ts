import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Code, StatusError } from '../ttrpc/status.ts';
import { hasPrivatePidNamespace, parseSpec, parseSpecProcess, type Spec } from './spec.ts';

const minimal = { ociVersion: '1.0.2', process: { cwd: '/', args: ['sh'] }, root: { path: 'rootfs' } };

function messageOf(parse: () => unknown): string {
  try {
    parse();
  } catch (error) {
    assert.instance(error, StatusError);
    assert.is((error as StatusError).code, Code.INVALID_ARGUMENT);
    return (error as StatusError).message;
  }
  return 'parsed';
}

const parsing = suite('parseSpec');

parsing('carries along what it does not know', () => {
  const spec = { ...minimal, hooks: { prestart: [] }, linux: { seccomp: { defaultAction: 'SCMP_ACT_ERRNO' } } };
  assert.equal(parseSpec(JSON.stringify(spec)), spec);
});

parsing('takes the nulls that Go writes for empty lists and maps', () => {
  const spec = { ...minimal, annotations: null, mounts: null, linux: { namespaces: null } };
  assert.equal(parseSpec(JSON.stringify(spec)), spec);
});

const refusals: readonly (readonly [string, unknown, RegExp])[] = [
  ['no JSON', undefined, /cannot parse config\.json/],
  ['a list', [], /config\.json .* not an object/],
  ['no root', { ...minimal, root: undefined }, /field root .* not an object/],
  ['a root without a path', { ...minimal, root: {} }, /field root\.path .* not a string/],
  ['no process', { ...minimal, process: undefined }, /field process .* not an object/],
  [
    'arguments that are no strings',
    { ...minimal, process: { cwd: '/', args: [1] } },
    /field process\.args .* all strings/,
  ],
  ['a mount without a destination', { ...minimal, mounts: [{}] }, /field mounts\[0\]\.destination/],
  ['an annotation that is no string', { ...minimal, annotations: { a: 1 } }, /field annotations .* all strings/],
  ['a namespace without a type', { ...minimal, linux: { namespaces: [{}] } }, /linux\.namespaces\[0\]\.type/],
];
for (const [what, spec, message] of refusals) {
  parsing(`refuses ${what}`, () => {
    assert.match(
      messageOf(() => parseSpec(spec === undefined ? '{' : JSON.stringify(spec))),
      message,
    );
  });
}

parsing.run();

const parsingProcess = suite('parseSpecProcess');

parsingProcess('gives the process', () => {
  const process = { cwd: '/', args: ['ls'], env: ['A=b'], terminal: true, user: { uid: 7 } };
  assert.equal(parseSpecProcess(JSON.stringify(process)), process);
});

parsingProcess('refuses a process without a working directory', () => {
  assert.match(
    messageOf(() => parseSpecProcess('{"args":["ls"]}')),
    /field process\.cwd/,
  );
});

parsingProcess.run();

const pidNamespace = suite('hasPrivatePidNamespace');

const namespaces: readonly (readonly [string, Spec['linux'], boolean])[] = [
  ['a namespace of its own', { namespaces: [{ type: 'mount' }, { type: 'pid' }] }, true],
  ['a namespace that others are in', { namespaces: [{ type: 'pid', path: '/proc/7/ns/pid' }] }, false],
  ["the machine's", { namespaces: [{ type: 'mount' }] }, false],
  ['nothing said of Linux', undefined, false],
];
for (const [what, linux, expected] of namespaces) {
  pidNamespace(`tells ${what}`, () => {
    assert.is(hasPrivatePidNamespace({ ...minimal, ...(linux && { linux }) }), expected);
  });
}

pidNamespace.run();
