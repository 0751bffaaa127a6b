// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#lifting-and-lowering-functions

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { LinkPlan, PlanType } from '../../gen/runtime.ts';
import { createCodecTable } from './codec-table.ts';
import { createParamsCodec } from './signature.ts';

const SLOWEST_MS = 2_000;

const tableOf = (types: PlanType[]) =>
  createCodecTable(
    { types, resources: [{ tag: 'host', val: { interface: 'a:b/c', name: 'r' } }] } as unknown as LinkPlan,
    'component',
  );

const signatures = suite('createParamsCodec');

const U8: PlanType = { tag: 'primitive', val: 'u8' };
const BORROW: PlanType = { tag: 'borrow', val: 0 };

/** What is made of type 0, and whether it can hold what type 0 is. */
const wholes: [what: string, whole: PlanType, holds: boolean][] = [
  ['list', { tag: 'list', val: 0 }, true],
  ['option', { tag: 'option', val: 0 }, true],
  ['tuple', { tag: 'tuple', val: [{ type: 1 }, { type: 0 }] }, true],
  ['record', { tag: 'record', val: [{ name: 'a', type: 0 }] }, true],
  ['variant', { tag: 'variant', val: [{ name: 'a' }, { name: 'b', type: 0 }] }, true],
  ['result', { tag: 'result', val: { error: 0 } }, true],
  ['tuple without it', { tag: 'tuple', val: [{ type: 1 }] }, false],
];
for (const [what, whole, holds] of wholes) {
  signatures(`knows of a ${what} ${holds ? 'that' : 'that no'} handle can be lent with it`, () => {
    const params = [{ name: 'p', type: 2 }];
    assert.is(createParamsCodec({ params }, tableOf([BORROW, U8, whole])).canLend, holds);
    assert.not(createParamsCodec({ params }, tableOf([U8, U8, whole])).canLend);
  });
}

signatures('is made at once for types that have the one before them twice', () => {
  const types: PlanType[] = [U8];
  for (let level = 1; level < 50; level++) {
    const type = types.length - 1;
    types.push({ tag: 'tuple', val: [{ type }, { type }] }, { tag: 'list', val: types.length });
  }
  const started = performance.now();
  const table = tableOf(types);
  assert.not(createParamsCodec({ params: [{ name: 'p', type: types.length - 1 }] }, table).canLend);
  assert.ok(performance.now() - started < SLOWEST_MS);
});

signatures.run();
