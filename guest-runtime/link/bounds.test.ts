// Components that are small, or not very large, and ask for more than all that there is: linking ends soon, and says where.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { concatenate } from '../../host/bytes.ts';
import { readComponentExterns } from './externs.ts';
import { linkComponent } from './linker.ts';
import { MalformedComponentError, UnsupportedComponentError } from './reader.ts';
import { type Bytes, component, leb, name, section, vector } from './testing/binary.ts';

const SLOWEST_MS = 10_000;
const MANY = 100_000;

/** Sorts, as aliases, imports and exports have them. */
const [FUNC, TYPE, COMPONENT, INSTANCE] = [1, 3, 4, 5] as const;
const U8 = 0x7d;
const U32 = 0x79;

const importOf = (text: string, type: number) => section(10, leb(1), [0], name(text), [INSTANCE], leb(type));
const outerType = (index: number) => [TYPE, 2, 1, ...leb(index)];
const instantiations = (count: number, ...one: Bytes[]) =>
  section(
    5,
    vector(count, () => concatenate([[0], ...one])),
  );
const emptyInstanceType = section(7, [1, 0x42, 0]);
const MODULE = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const LONG = 'x'.repeat(MANY);

const bounds = suite('bounds of linking');

const refused: [what: string, problem: RegExp, make: () => Uint8Array][] = [
  [
    'components that instantiate the one before them twice, forty times over',
    /more than 200000 definitions/,
    () => {
      const levels = Array.from({ length: 40 }, (_, level) =>
        section(4, component(section(6, [1, COMPONENT, 2, 1, level]), section(5, [2, 0, 0, 0, 0, 0, 0]))),
      );
      return component(section(4, component()), ...levels, section(5, [1, 0, 40, 0]));
    },
  ],
  [
    'a large record in a component that is instantiated many times',
    /more than 200000 definitions/,
    () => {
      const record = concatenate([[1, 0x72], vector(MANY, (at) => [...name(`f${at}`), U8])]);
      return component(section(4, component(section(7, record))), instantiations(1000, [0, 0]));
    },
  ],
  [
    'many exports of an instance in a component that is instantiated many times',
    /more than 200000 definitions/,
    () => {
      const exports = vector(MANY, (at) => [0, ...name(`e${at}`), INSTANCE, 0]);
      const inner = component(emptyInstanceType, importOf('i', 0), section(5, [1, 1], exports));
      const argument = [0, 1, ...name('i'), INSTANCE, 0];
      return component(emptyInstanceType, importOf('i', 0), section(4, inner), instantiations(1000, argument));
    },
  ],
  [
    'a function of many parameters that is declared many times',
    /more than 200000 definitions/,
    () => {
      const type = concatenate([[0x40], vector(MANY, (at) => [...name(`p${at}`), U8]), [1, 0]]);
      const exports = Array.from({ length: 1000 }, (_, at) => [4, 0, ...name(`f${at}`), FUNC, 0]);
      const instance = concatenate([[0x42], leb(1001), [2, ...outerType(0)], ...exports]);
      const inner = component(section(7, [1], type), section(7, [1], instance), importOf('i', 1));
      const argument = [0, 1, ...name('i'), INSTANCE, 0];
      return component(
        section(7, [2], type, instance),
        importOf('i', 1),
        section(4, inner),
        instantiations(1, argument),
      );
    },
  ],
  [
    'a long name that the plan would have many times',
    /more than 200000 definitions/,
    () => {
      const type = section(1, [1, 0x60, 0, 0]);
      const exporter = concatenate([MODULE, type, section(3, [1, 0]), section(7, [1], name(LONG), [0, 0])]);
      const code = section(10, [1, 2, 0, 0x0b]);
      const importer = concatenate([MODULE, type, section(2, [1, 0], name(LONG), [0, 0])]);
      const modules = [section(1, exporter, code), section(1, importer)];
      return component(
        ...modules,
        section(2, [1, 0, 0, 0]),
        section(
          2,
          vector(2000, () => [0, 1, 1, 0, 0x12, 0]),
        ),
      );
    },
  ],
  [
    'types of instances that refer to each other',
    /instances that nest deeper than 100/,
    () => {
      const types = vector(20_000, (at) =>
        at === 0 ? [0x42, 0] : [0x42, 2, 2, ...outerType(at - 1), 4, 0, ...name('a'), INSTANCE, 0],
      );
      return component(section(7, types), importOf('i', 19_999));
    },
  ],
  [
    'types that are twice as large as the one before them',
    /type is larger than/,
    () => component(section(7, [41], [0x6f, 2, U32, U32], ...Array.from({ length: 40 }, (_, at) => [0x6f, 2, at, at]))),
  ],
  [
    'components in components',
    /components nest deeper than 100/,
    () => Array.from({ length: 102 }).reduce<Uint8Array>((inner) => component(section(4, inner)), component()),
  ],
  [
    'types in types',
    /types nest deeper than 100/,
    () => component(section(7, [1], ...Array.from({ length: 1000 }, () => [0x42, 1, 1]), [0x42, 0])),
  ],
  [
    'a vector longer than its section',
    /vector of 268435455 elements ends after its section/,
    () => component(section(7, leb(0xfff_ffff))),
  ],
  [
    'more elements than a file may have',
    /more than 1000000 elements/,
    () =>
      component(
        section(
          7,
          [1, 0x6e],
          vector(1_000_000, () => [0]),
        ),
      ),
  ],
];
for (const [what, problem, make] of refused) {
  bounds(`refuses ${what}`, () => {
    const bytes = make();
    const started = performance.now();
    assert.throws(
      () => linkComponent(bytes),
      (error: unknown) => {
        assert.ok(error instanceof MalformedComponentError || error instanceof UnsupportedComponentError, `${error}`);
        assert.match(error.message, problem);
        assert.ok(error.offset >= 8 && error.offset <= bytes.length);
        return true;
      },
    );
    assert.ok(performance.now() - started < SLOWEST_MS);
  });
}

bounds('takes as many imports and exports as there may be', () => {
  const count = 95_000;
  const imports = section(
    10,
    vector(count, (at) => [0, ...name(`i${at}`), INSTANCE, 0]),
  );
  const exports = section(
    11,
    vector(count, (at) => [0, ...name(`e${at}`), INSTANCE, ...leb(at), 0]),
  );
  const bytes = component(emptyInstanceType, imports, exports);
  const externs = readComponentExterns(bytes);
  assert.is(externs.imports.length, count);
  const plan = linkComponent(bytes);
  assert.equal([plan.imports, plan.exports], [externs.imports, externs.exports]);
});

bounds.run();
