// Whatever the host gives for a parameter of whatever type: it is passed on as a value of that type, or the call fails with an error of
// the engine's own. What is passed on once stays as it is when it is passed on again.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createRandom, fuzzRounds, fuzzSeed } from '../../../guest-runtime/link/testing/random.ts';
import { prepareComponent } from './testing/component.ts';
import { createEchoComponent, echoName, GUEST_INTERFACE, HOST_INTERFACE } from './testing/echo-component.ts';
import { cases } from './testing/values.ts';
import { Trap } from './trap.ts';

const ROUNDS = fuzzRounds(3_000);

type Random = (limit: number) => number;

/** Large values would only take time. */
const echoes = cases.filter(({ values }) => values.every((value) => size(value) < 2_000));

function size(value: unknown): number {
  return JSON.stringify(value, (_key, part) => (typeof part === 'bigint' ? String(part) : part))?.length ?? 0;
}

const strange: readonly unknown[] = [
  ...[undefined, null, true, 0, -0, -1, 255, 256, 2 ** 31, 2 ** 32, 2 ** 53, 0.5, Number.NaN, Infinity],
  ...[0n, -1n, 2n ** 63n, 2n ** 64n, '', 'a', 'é', '\ud800', '\udc00\ud800', '\u{1f600}', 'none', 'some', 'ok', 'err'],
  ...[
    [],
    {},
    new Uint8Array(3),
    new Float64Array(1),
    new Date(0),
    Symbol.iterator,
    () => 1,
    Object.create(null),
    new Map(),
  ],
];

/** A value of some type with something strange in it, or something strange alone. */
function spoil(value: unknown, random: Random): unknown {
  if (random(3) === 0 || typeof value !== 'object' || value === null) return strange[random(strange.length)];
  if (ArrayBuffer.isView(value)) return Array.from(value as Uint8Array);
  const copy: unknown[] | Record<string, unknown> = Array.isArray(value) ? [...value] : { ...value };
  const keys = Object.keys(copy);
  const key = keys[random(Math.max(1, keys.length))];
  if (key === undefined) return strange[random(strange.length)];
  const parts = copy as Record<string, unknown>;
  if (random(4) === 0) delete parts[key];
  else parts[key] = spoil(parts[key], random);
  return copy;
}

const fuzz = suite('lowering of strange values');

fuzz('passes a value of the type on, or fails with an error of the engine', async () => {
  const random = createRandom(fuzzSeed(0xbead));
  const echo = (value: unknown) => structuredClone(value);
  const host = Object.fromEntries(echoes.map((_, index) => [echoName(index), echo]));
  const prepared = prepareComponent(await createEchoComponent(echoes), { method: 'copy' });
  const call = async (index: number, value: unknown) => {
    const instance = await prepared.instantiate(() => ({
      imports: { [HOST_INTERFACE]: host },
      release: () => undefined,
    }));
    try {
      return await instance.call(GUEST_INTERFACE, echoName(index), [value]);
    } finally {
      instance.dispose();
    }
  };
  const outcomes = { passed: 0, refused: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    const index = random(echoes.length);
    const { type, values } = echoes[index] as (typeof echoes)[number];
    const value = spoil(values[random(values.length)], random);
    let passed: unknown;
    try {
      passed = await call(index, value);
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof Trap))
        throw new Error(`${type}, round ${round}: ${String(error)}`, { cause: error });
      outcomes.refused++;
      continue;
    }
    assert.equal(await call(index, passed), passed, `${type}, round ${round}`);
    outcomes.passed++;
  }
  assert.ok(outcomes.passed > 0 && outcomes.refused > 0, 'both outcomes are met');
});

fuzz.run();
