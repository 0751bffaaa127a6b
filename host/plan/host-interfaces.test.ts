// What WIT has of wasi:http is known to everybody; the components here declare what it has not.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createPlanWithoutGrants } from '../../guest-runtime/app/no-grants.ts';
import { compatibleName } from '../../guest-runtime/link/interface-name.ts';
import { linkComponent } from '../../guest-runtime/link/linker.ts';
import { binaryFromWat } from '../../guest-runtime/link/testing/wat.ts';
import type { BoundHostFunction } from '../engine/link/host-function.ts';
import { configureFactors } from '../factor/factor.ts';
import { factors } from '../factor/index.ts';
import { createFactorContext } from '../factor/testing/context.ts';
import { hostInterfaces } from '../gen/host-interfaces.ts';
import { type CheckedPlan, checkHostFunctions, checkImports } from './host-interfaces.ts';

const interfaces = suite('checkHostFunctions');

/** The names of what factors offer. */
async function offeredBy(some: typeof factors): Promise<string[]> {
  const app = { name: 'a', version: '', description: '', variables: [], triggers: [], components: [], warnings: [] };
  const prepare = await configureFactors(some, createFactorContext(app));
  const { imports, release } = (await prepare(createPlanWithoutGrants('a')))();
  release();
  return Object.keys(imports);
}

const FIELDS = '(export "fields" (type $fields (sub resource)))';
const INPUT = `(import "wasi:io/streams@0.2.0" (instance $streams (export "input-stream" (type (sub resource)))))
  (alias export $streams "input-stream" (type $input))`;

type Declared = {
  readonly interface?: string;
  /** What stands before the import. */
  readonly before?: string;
  /** What the interface declares before its function. */
  readonly types?: string;
  readonly name: string;
  readonly type: string;
};

/** A component that exports a function of an interface that it imports. */
function componentWith({ interface: name = 'wasi:http/types@0.2.12', before = '', types = FIELDS, ...f }: Declared) {
  return binaryFromWat(`(component ${before}
    (import "${name}" (instance $i ${types} (export "${f.name}" (func ${f.type}))))
    (export "f" (func $i "${f.name}")))`);
}

async function check(declared: Declared, canBeAbsent = true): Promise<CheckedPlan> {
  return checkHostFunctions(linkComponent(await componentWith(declared)), canBeAbsent);
}

function absent({ plan }: CheckedPlan): readonly (string | undefined)[] {
  return plan.hostFunctions.map((host: BoundHostFunction) => host.absent);
}

const GET = '(param "self" (borrow $fields)) (param "name" string) (result (list (list u8)))';

const fitting: Readonly<Record<string, Declared>> = {
  'a method': { name: '[method]fields.get', type: GET },
  'a method, whatever its parameters are called': {
    name: '[method]fields.get',
    type: GET.replace('"name"', '"key"'),
  },
  'a constructor': { name: '[constructor]fields', type: '(result (own $fields))' },
  'a static function': {
    types: `${FIELDS} (export "future-trailers" (type $trailers (sub resource))) (export "incoming-body" (type $body (sub resource)))`,
    name: '[static]incoming-body.finish',
    type: '(param "this" (own $body)) (result (own $trailers))',
  },
  'a function': {
    interface: 'wasi:random/random@0.2.12',
    types: '',
    name: 'get-random-bytes',
    type: '(param "len" u64) (result (list u8))',
  },
  'a function with a resource of another interface': {
    before: INPUT,
    types: `(alias outer 1 $input (type $input)) (export "incoming-body" (type $body (sub resource)))`,
    name: '[method]incoming-body.stream',
    type: '(param "self" (borrow $body)) (result (result (own $input)))',
  },
  'a function of an interface without a version': {
    interface: 'fermyon:spin/config',
    types: `(type $e (variant (case "provider" string) (case "invalid-key" string) (case "invalid-schema" string) (case "other" string)))
      (export "error" (type $error (eq $e)))`,
    name: 'get-config',
    type: '(param "key" string) (result (result string (error $error)))',
  },
};

for (const [what, declared] of Object.entries(fitting)) {
  interfaces(`takes ${what}`, async () => {
    const checked = await check(declared, false);
    assert.equal(checked.faults, []);
    assert.equal(absent(checked), [undefined]);
  });
}

for (const version of ['0.2.0', '0.2.3', '0.2.99']) {
  interfaces(`knows version ${version} by the one that it is compatible with`, async () => {
    const name = `wasi:http/types@${version}`;
    assert.equal(absent(await check({ interface: name, name: '[method]fields.get', type: GET })), [undefined]);
    const { faults } = await check({ interface: name, name: '[method]fields.get', type: GET.replace('string', 'u32') });
    assert.is(faults.length, 1);
  });
}

const unknown: Readonly<Record<string, Declared>> = {
  'a method that only the class of the host has': {
    name: '[method]fields.raw',
    type: '(param "self" (borrow $fields)) (result (list string))',
  },
  'a constructor of a resource without one': {
    types: '(export "incoming-request" (type $request (sub resource)))',
    name: '[constructor]incoming-request',
    type: '(result (own $request))',
  },
  'a static function under the name of a method': {
    name: '[static]fields.get',
    type: '(param "self" (borrow $fields)) (param "name" string) (result (list (list u8)))',
  },
  'a method under the name of a static function': {
    name: '[method]fields.from-list',
    type: '(param "self" (borrow $fields)) (result (own $fields))',
  },
  'a function under the name of a method': { name: 'get', type: '(param "name" string)' },
  'a function under the name of a class': { name: 'fields', types: '', type: '(result u32)' },
  'a function of an interface that has only a resource': {
    interface: 'wasi:cli/terminal-input@0.2.12',
    types: '(export "terminal-input" (type $input (sub resource)))',
    name: '[constructor]terminal-input',
    type: '(result (own $input))',
  },
};

for (const [what, declared] of Object.entries(unknown)) {
  interfaces(`leaves out ${what}`, async () => {
    const checked = await check(declared);
    assert.equal(checked.faults, []);
    assert.equal(absent(checked), ['WIT has no such function']);
  });
}

interfaces('leaves out an interface that is imported as a function', async () => {
  const bytes = await binaryFromWat(
    '(component (import "wasi:random/random@0.2.0" (func $f (result u64))) (export "f" (func $f)))',
  );
  assert.equal(absent(checkHostFunctions(linkComponent(bytes), true)), ['WIT has no such function']);
});

interfaces('refuses what it would leave out where the engine cannot', async () => {
  const name = '[method]fields.raw';
  const { faults } = await check({ name, type: '(param "self" (borrow $fields))' }, false);
  assert.equal(faults, [
    'the import "wasi:http/types@0.2.12" does not have "[method]fields.raw" like that: WIT has no such function',
  ]);
});

const RESULT = '(result (list (list u8)))';
const others: Readonly<Record<string, string>> = {
  'a parameter of another type': `(param "self" (borrow $fields)) (param "name" u32) ${RESULT}`,
  'too many parameters': `(param "self" (borrow $fields)) (param "name" string) (param "more" u8) ${RESULT}`,
  'too few parameters': `(param "self" (borrow $fields)) ${RESULT}`,
  'a result of another type': '(param "self" (borrow $fields)) (param "name" string) (result (list (list s8)))',
  'no result': '(param "self" (borrow $fields)) (param "name" string)',
};

for (const [what, type] of Object.entries(others)) {
  interfaces(`refuses ${what}`, async () => {
    const { faults } = await check({ name: '[method]fields.get', type });
    assert.is(faults.length, 1);
    const expected = '(borrow<wasi:http/types@0.2.fields>, string) -> list<list<u8>>';
    assert.match(
      faults[0] ?? '',
      `"wasi:http/types@0.2.12" does not have "[method]fields.get" like that: its type is ${expected}, not (`,
    );
  });
}

interfaces('refuses a handle that is lent for one that is given, and one of another resource', async () => {
  const request = { name: '[constructor]outgoing-request' };
  const types = `${FIELDS} (export "outgoing-request" (type $request (sub resource)))`;
  const result = '(result (own $request))';
  assert.equal((await check({ ...request, types, type: `(param "headers" (own $fields)) ${result}` })).faults, []);
  const lent = await check({ ...request, types, type: `(param "headers" (borrow $fields)) ${result}` });
  assert.match(lent.faults[0] ?? '', 'not (borrow<wasi:http/types@0.2.fields>)');
  const other = await check({ ...request, types, type: `(param "headers" (own $request)) ${result}` });
  assert.match(other.faults[0] ?? '', 'not (own<wasi:http/types@0.2.outgoing-request>)');
});

interfaces(
  "refuses a resource of the component's own, and one that the interface only shares its name with",
  async () => {
    const method = {
      name: '[method]incoming-body.stream',
      types: '(export "incoming-body" (type $body (sub resource)))',
    };
    const type = '(param "self" (borrow $body)) (result (result (own $input)))';
    const own = await check({
      ...method,
      before: '(type $input (resource (rep i32)))',
      types: `(alias outer 1 $input (type $input)) ${method.types}`,
      type,
    });
    assert.match(own.faults[0] ?? '', 'result<own<resource 0 of the component>>');
    const types = `${method.types} (export "input-stream" (type $input (sub resource)))`;
    const shared = await check({ ...method, types, type });
    assert.match(
      shared.faults[0] ?? '',
      'not (borrow<wasi:http/types@0.2.incoming-body>) -> result<own<wasi:http/types@0.2.input-stream>>',
    );
  },
);

interfaces('compares cases and fields of types, and their names', async () => {
  const exit = { interface: 'wasi:clocks/wall-clock@0.2.0', name: 'now', type: '(result $time)' };
  const record = (fields: string) => `(type $r (record ${fields})) (export "datetime" (type $time (eq $r)))`;
  const seconds = '(field "seconds" u64)';
  assert.equal((await check({ ...exit, types: record(`${seconds} (field "nanoseconds" u32)`) })).faults, []);
  for (const fields of [seconds, `${seconds} (field "nanos" u32)`, `(field "nanoseconds" u32) ${seconds}`]) {
    assert.is((await check({ ...exit, types: record(fields) })).faults.length, 1, fields);
  }
});

interfaces('leaves out what a snapshot does not have like that', async () => {
  const checked = await check({
    interface: 'wasi:http/types@0.2.0-rc-2023-11-10',
    name: '[method]fields.get',
    type: GET.replace('string', 'u32'),
  });
  assert.equal(checked.faults, []);
  assert.match(absent(checked)[0] ?? '', /^its type is /);
});

interfaces('checks what dependencies import', async () => {
  const dependency = {
    name: 'a:b/c',
    component: await binaryFromWat(`(component
      (import "wasi:random/random@0.2.0" (instance $i (export "get-random-u64" (func (result u32)))))
      (instance $c (export "f" (func $i "get-random-u64"))) (export "a:b/c" (instance $c)))`),
    inherit: { tag: 'some', val: [] },
  } as const;
  const component = await binaryFromWat(`(component
    (import "a:b/c" (instance $i (export "f" (func (result u32))))) (export "f" (func $i "f")))`);
  const { faults } = checkHostFunctions(
    linkComponent(component, [{ ...dependency, inherit: { tag: 'some', val: [] } }]),
    true,
  );
  assert.is(faults.length, 1);
  assert.match(faults[0] ?? '', 'its type is () -> u64, not () -> u32');
});

interfaces('shows no more of a type than people read, however much it holds', async () => {
  const levels = Array.from({ length: 20 }, (_, at) => `(type $t${at + 1} (tuple $t${at} $t${at}))`).join(' ');
  const { faults } = await check({
    interface: 'wasi:random/random@0.2.0',
    types: `(type $t0 (option u8)) ${levels}`,
    name: 'get-random-u64',
    type: '(result $t20)',
  });
  assert.is(faults.length, 1);
  assert.ok((faults[0]?.length ?? 0) < 1000);
});

interfaces('names no more faults than people read', async () => {
  const names = Array.from({ length: 100 }, (_, at) => `f${at}`);
  const bytes = await binaryFromWat(`(component
    (import "wasi:random/random@0.2.0" (instance $i ${names.map((name) => `(export "${name}" (func))`).join(' ')}))
    ${names.map((name) => `(export "${name}" (func $i "${name}"))`).join(' ')})`);
  const { faults } = checkHostFunctions(linkComponent(bytes), false);
  assert.is(faults.length, 11);
  assert.is(faults.at(-1), 'there are 90 more of these faults');
});

interfaces('knows every interface that is offered but those of which nobody is granted anything', async () => {
  const granting = await offeredBy(factors.filter(({ name }) => name !== 'ungranted'));
  const others = granting.filter((name) => !Object.hasOwn(hostInterfaces, compatibleName(name)));
  assert.equal(others, []);
});

interfaces.run();

const imports = suite('checkImports');

const reason = 'type stream is not supported';

imports('takes for the other engine what WIT has', async () => {
  const declared = linkComponent(await componentWith({ name: '[method]fields.get', type: GET }));
  const unlinked = { imports: [], exports: [], reason, declared };
  assert.equal(checkImports({ tag: 'unlinked', val: unlinked }, false).faults, []);
});

imports('refuses for the other engine what WIT lacks, which it would call', async () => {
  const declared = linkComponent(await componentWith({ name: '[method]fields.raw', type: GET }));
  const unlinked = { imports: [], exports: [], reason, declared };
  assert.match(checkImports({ tag: 'unlinked', val: unlinked }, false).faults[0] ?? '', '"[method]fields.raw"');
});

imports('refuses a component whose imports cannot be compared', () => {
  const unlinked = { imports: ['wasi:http/types@0.2.0'], exports: [], reason };
  assert.equal(checkImports({ tag: 'unlinked', val: unlinked }, false).faults, [
    'what it imports cannot be compared with WIT: type stream is not supported',
  ]);
});

imports('names the interfaces of WASI 0.3 that such a component imports', () => {
  const unlinked = { imports: ['wasi:http/types@0.2.0', 'wasi:http/client@0.3.0'], exports: [], reason };
  assert.equal(checkImports({ tag: 'unlinked', val: unlinked }, false).faults, [
    'it imports "wasi:http/client@0.3.0", which this host does not offer',
  ]);
});

imports.run();
