// A guest that returns pointers into noise: whatever it says, lifting ends with a value or a trap, never with a failure of the host.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createRandom, fuzzRounds, fuzzSeed } from '../../../guest-runtime/link/testing/random.ts';
import { instantiateWat } from './testing/component.ts';
import { ComponentError, Trap } from './trap.ts';

const ROUNDS = fuzzRounds(400);

const types = [
  'string',
  'char',
  '(list u8)',
  '(list u64)',
  '(list bool)',
  '(list string)',
  '(list (list u16))',
  '(list (result string (error char)))',
  '(list (option (tuple u8 string f64)))',
  '(tuple string char (result u64 (error (list u32))))',
  '(result (option (option string)) (error (tuple f32 f64)))',
];

/** `noise` fills the memory of the guest; every other export returns what lies at a pointer. */
function formatComponent(encoding: string): string {
  const options = `(memory (core memory $core "memory")) (realloc (core func $core "realloc")) string-encoding=${encoding}`;
  const exports = types.map((type, index) => {
    const lifted = type === 'char' ? 'load' : 'point';
    return `(func (export "at${index}") (param "pointer" u32) (result ${type}) (canon lift (core func $core "${lifted}") ${options}))`;
  });
  return `(component
    (core module $core
      (memory (export "memory") 1 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0))
      (func (export "noise") (param i32 i32))
      (func (export "load") (param i32) (result i32) (i32.load (i32.and (local.get 0) (i32.const 0xfffc))))
      (func (export "point") (param i32) (result i32) (local.get 0)))
    (core instance $core (instantiate $core))
    (func (export "noise") (param "bytes" (list u8)) (canon lift (core func $core "noise") ${options}))
    ${exports.join('\n')})`;
}

const fuzz = suite('lifting from noise');

for (const encoding of ['utf8', 'utf16', 'latin1+utf16']) {
  fuzz(`gives a value or a trap in ${encoding}`, async () => {
    const random = createRandom(fuzzSeed(0xfeed));
    const text = formatComponent(encoding);
    const outcomes = { value: 0, trap: 0 };
    for (let round = 0; round < ROUNDS; round++) {
      const instance = await instantiateWat(text);
      await instance.call('noise', '', [createNoise(random)]);
      const name = `at${random(types.length)}`;
      try {
        await instance.call(name, '', [random(2) === 0 ? random(65536) & ~7 : random(70000)]);
        outcomes.value++;
      } catch (error) {
        // The error case of a result is a value as well.
        if (!(error instanceof Trap || error instanceof ComponentError))
          throw new Error(`${name}, round ${round}: ${String(error)}`, { cause: error });
        outcomes.trap++;
      }
    }
    assert.ok(outcomes.value > 0 && outcomes.trap > 0, 'both outcomes are met');
  });
}

/** A page of small numbers, which are lengths and cases, of pointers, and of any bytes. */
function createNoise(random: (limit: number) => number): Uint8Array {
  const noise = new Uint8Array(65536);
  const view = new DataView(noise.buffer);
  for (let at = 0; at < noise.length; at += 4) {
    const kind = random(4);
    view.setUint32(at, kind < 2 ? random(4) : kind === 2 ? random(16384) * 4 : random(2 ** 32), true);
  }
  return noise;
}

fuzz.run();
