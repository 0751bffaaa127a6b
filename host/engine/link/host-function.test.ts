import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { LinkPlan } from '../../gen/runtime.ts';
import type { HostImports } from '../engine.ts';
import { createHostBinder } from './host-function.ts';
import { lowerCamelCase, parseFunctionName, upperCamelCase } from './names.ts';

const names = suite('names');

names('become camel case as jco has it', () => {
  assert.is(lowerCamelCase('check-write'), 'checkWrite');
  assert.is(lowerCamelCase('HTTP-request-URI-invalid'), 'httpRequestUriInvalid');
  assert.is(upperCamelCase('output-stream'), 'OutputStream');
});

names('tell methods, static functions and constructors from functions', () => {
  assert.equal(parseFunctionName('get-stdout'), { kind: 'function', name: 'getStdout' });
  assert.equal(parseFunctionName('[constructor]fields'), { kind: 'constructor', resource: 'Fields' });
  assert.equal(parseFunctionName('[method]output-stream.check-write'), {
    kind: 'method',
    resource: 'OutputStream',
    name: 'checkWrite',
  });
  assert.equal(parseFunctionName('[static]fields.from-list'), { kind: 'static', resource: 'Fields', name: 'fromList' });
});

names.run();

const binder = suite('createHostBinder');

/** Binds one function of `a:b/c@1.2.3` that takes `paramCount` parameters. */
function bind(name: string, paramCount: number, offered: HostImports) {
  const params = Array.from({ length: paramCount }, () => ({ name: 'p', type: 0 }));
  const plan = {
    hostFunctions: [{ interface: 'a:b/c@1.2.3', name, type: 0 }],
    functionTypes: [{ params }],
  } as unknown as LinkPlan;
  const [bound] = createHostBinder(plan)({ imports: offered });
  if (bound === undefined) throw new Error('nothing was bound');
  return bound;
}

class Thing {
  readonly args: unknown[];

  constructor(...args: unknown[]) {
    this.args = args;
  }

  join(...more: unknown[]): unknown[] {
    return [...this.args, ...more];
  }

  static make = function (this: unknown, ...args: unknown[]): unknown[] {
    return [this === Thing, ...args];
  };
}

const offered = { 'a:b/c@1': { Thing, doIt: (...args: unknown[]) => args } } as unknown as HostImports;

binder('does not look up a function that is absent, and says why when it is called', () => {
  const plan = {
    hostFunctions: [{ interface: 'a:b/c@1.2.3', name: 'do-it', type: 0, absent: 'the reason' }],
    functionTypes: [{ params: [] }],
  } as unknown as LinkPlan;
  const [bound] = createHostBinder(plan)({ imports: offered });
  assert.throws(() => bound?.(), 'the import "a:b/c@1.2.3" is offered without this "do-it": the reason');
});

binder('finds functions by the version that is compatible', () => {
  assert.equal(bind('do-it', 2, offered)(1, 2), [1, 2]);
});

for (const count of [0, 1, 2, 3]) {
  binder(`calls methods with ${count} arguments on their object`, () => {
    const args = Array.from({ length: count }, (_, at) => at);
    assert.equal(bind('[method]thing.join', count + 1, offered)(new Thing('own'), ...args), ['own', ...args]);
  });
}

binder('passes all arguments to methods that declare fewer', () => {
  class Lazy {
    add(first = 10, second = 20): number {
      return first + second;
    }
  }
  const bound = bind('[method]lazy.add', 3, { 'a:b/c@1': { Lazy } });
  assert.is(bound(new Lazy(), 1, 2), 3);
});

binder('constructs, and calls static functions on the class', () => {
  class Pair {
    readonly args: unknown[];

    constructor(first: unknown, second: unknown) {
      this.args = [first, second];
    }
  }
  assert.equal((bind('[constructor]pair', 2, { 'a:b/c@1': { Pair } })(1, 2) as Pair).args, [1, 2]);
  assert.equal(bind('[static]thing.make', 1, offered)(7), [true, 7]);
});

binder('takes a function that is imported by itself for the default of an interface', () => {
  assert.is(bind('', 0, { 'a:b/c@1': { default: () => 5 } })(), 5);
});

binder('names an interface that nothing offers', () => {
  assert.throws(() => bind('do-it', 0, {}), /nothing offers the import "a:b\/c@1.2.3"/);
});

const unoffered = [
  ...['do-other', '[constructor]other', '[method]other.go', '[static]thing.go', ''],
  // What every object and every class has.
  ...[
    'constructor',
    'to-string',
    'value-of',
    '[static]thing.constructor',
    '[static]thing.call',
    '[static]thing.prototype',
  ],
];
for (const name of unoffered) {
  binder(`lets a call of "${name}" fail where the interface lacks it`, () => {
    assert.throws(() => bind(name, 1, offered)(new Thing()), /is offered without/);
  });
}

for (const name of ['constructor', 'to-string', 'call', 'own']) {
  binder(`does nothing for a method "${name}" that no class of the host defines`, () => {
    const bound = bind(`[method]thing.${name}`, 2, offered);
    assert.is(bound(new Thing(), 'globalThis.isReached = true'), undefined);
    assert.is(bound(Function('globalThis.isReached = true')), undefined);
    assert.not('isReached' in globalThis);
  });
}

binder('offers no interface of a name that every object has', () => {
  const params: never[] = [];
  const plan = {
    hostFunctions: [{ interface: 'constructor', name: 'get-prototype-of', type: 0 }],
    functionTypes: [{ params }],
  } as unknown as LinkPlan;
  assert.throws(() => createHostBinder(plan)({ imports: {} }), /nothing offers the import "constructor"/);
});

binder('gives a constructor no more than it demands', () => {
  class Fields {
    readonly list: readonly unknown[];

    constructor(first: unknown, ...internal: readonly unknown[]) {
      this.list = [first, ...internal];
    }
  }
  const fields = bind('[constructor]fields', 2, { 'a:b/c@1': { Fields } })('given', 'smuggled') as Fields;
  assert.equal(fields.list, ['given']);
});

binder('looks a method that the class lacks up in each object', () => {
  class Special extends Thing {
    go(): string {
      return 'gone';
    }
  }
  assert.is(bind('[method]thing.go', 1, offered)(new Special()), 'gone');
});

binder.run();
