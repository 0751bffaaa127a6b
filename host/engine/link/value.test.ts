// Values of every type cross to a guest and back, as the sections "Loading", "Storing", "Flattening", "Flat Lifting" and "Flat Lowering" of
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md say. The host sees each value as the guest
// passed it on, and answers with it.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { instantiateComponent } from './testing/component.ts';
import { createEchoComponent, echoName, GUEST_INTERFACE, HOST_INTERFACE } from './testing/echo-component.ts';
import { cases } from './testing/values.ts';

const component = await createEchoComponent(cases);
const seen: unknown[] = [];
const host = Object.fromEntries(
  cases.map((_, index) => [
    echoName(index),
    (value: unknown) => {
      // A list of bytes is a view that ends with the call.
      const copy = structuredClone(value);
      seen.push(copy);
      return copy;
    },
  ]),
);
const instance = await instantiateComponent(component, { imports: { [HOST_INTERFACE]: host } });

const values = suite('lifting and lowering');
for (const [index, { type, values: samples }] of cases.entries()) {
  for (const sample of samples) {
    const label = JSON.stringify(sample, (_, part) => (typeof part === 'bigint' ? `${part}n` : part)) ?? 'undefined';
    values(`passes ${type} ${label.slice(0, 60)} unchanged`, async () => {
      seen.length = 0;
      const result = await instance.call(GUEST_INTERFACE, echoName(index), [sample]);
      assert.equal(seen, [sample]);
      assert.equal(result, sample);
    });
  }
}
values.run();
