// Both engines, the same component, the same values: what the host sees and what it gets back is equal.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { InstanceHost, PreparedComponent } from '../engine.ts';
import { prepareComponent } from './testing/component.ts';
import { createEchoComponent, echoName, GUEST_INTERFACE, HOST_INTERFACE } from './testing/echo-component.ts';
import { prepareWithJco } from './testing/jco.ts';
import { cases } from './testing/values.ts';

const component = await createEchoComponent(cases);

/** Calls every function with every value and tells what the host saw and got. */
async function observe(prepared: PreparedComponent): Promise<unknown[]> {
  const observed: unknown[] = [];
  const echo = (value: unknown) => {
    const copy = structuredClone(value);
    observed.push(copy);
    return copy;
  };
  const host = Object.fromEntries(cases.map((_, index) => [echoName(index), echo]));
  const createHost = (): InstanceHost => ({ imports: { [HOST_INTERFACE]: host }, release: () => undefined });
  const instance = await prepared.instantiate(createHost);
  for (const [index, { values }] of cases.entries()) {
    for (const value of values) observed.push(await instance.call(GUEST_INTERFACE, echoName(index), [value]));
  }
  return observed;
}

const differential = suite('the link engine beside the jco engine');

differential('passes every value of every type alike', async () => {
  const [linked, transpiled] = [
    await observe(prepareComponent(component)),
    await observe(await prepareWithJco(component)),
  ];
  assert.is(linked.length, transpiled.length);
  linked.forEach((value, index) => {
    // jco takes a byte order mark for no part of a string, where the Canonical ABI passes every character.
    if (typeof value === 'string' && value.startsWith('\ufeff')) assert.is(value.slice(1), transpiled[index]);
    else assert.equal(value, transpiled[index]);
  });
});

differential.run();
