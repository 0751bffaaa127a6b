// Damaged components: whatever the bytes, linking ends soon, with a plan or with an error of its own that has an offset.

import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { LinkDependency } from '../../host/gen/runtime.ts';
import { chooseAdaptation, UnadaptableModuleError } from './adapter.ts';
import { DependencyError } from './dependency.ts';
import { readComponentExterns } from './externs.ts';
import { linkComponent } from './linker.ts';
import { MalformedComponentError, UnsupportedComponentError } from './reader.ts';
import { createRandom, fuzzRounds, fuzzSeed } from './testing/random.ts';
import { binaryFromWat } from './testing/wat.ts';

const ROUNDS = fuzzRounds(1_500);
const SLOWEST_MS = 5_000;

/** What is done with damaged bytes. */
type Use = (bytes: Uint8Array) => void;

const link: Use = (bytes) => {
  linkComponent(bytes);
  readComponentExterns(bytes);
};

const front = readFileSync('fixtures/apps/dependencies/front.wasm');
const dependency: Omit<LinkDependency, 'component'> = {
  name: 'look',
  imports: { tag: 'package', val: { package: 'fixture:dependencies' } },
  inherit: { tag: 'all' },
};

const seeds: [name: string, bytes: Uint8Array, use: Use][] = [
  ['a real component', readFileSync('fixtures/apps/hello-c/hello.wasm'), link],
  [
    'a dependency',
    readFileSync('fixtures/apps/dependencies/look.wasm'),
    (component) => linkComponent(front, [{ ...dependency, component }]),
  ],
  ['a core module', readFileSync('fixtures/apps/wagi-c/module.wasm'), chooseAdaptation],
  [
    'composed components',
    await binaryFromWat(`(component
      (import "a:b/c@0.2.0" (instance $i (export "r" (type $r (sub resource))) (export "f" (func (param "x" (borrow $r)) (result (list (result u8 (error string))))))))
      (component $c (import "i" (instance $i (export "r" (type $r (sub resource))))) (alias export $i "r" (type $r))
        (core func $drop (canon resource.drop $r)) (core module $m (import "" "d" (func (param i32))) (memory (export "m") 1))
        (core instance (instantiate $m (with "" (instance (export "d" (func $drop)))))))
      (instance $x (instantiate $c (with "i" (instance $i))))
      (type $t (resource (rep i32))) (export $t' "t" (type $t))
      (export "y" (instance $x)))`),
    link,
  ],
];

const fuzz = suite('linkComponent on damaged components');

for (const [name, seed, use] of seeds) {
  fuzz(`holds for ${name}`, () => {
    const random = createRandom(fuzzSeed(0x5eed));
    const outcomes = { linked: 0, refused: 0 };
    for (let round = 0; round < ROUNDS; round++) {
      const started = performance.now();
      outcomes[outcomeOf(use, damage(seed, random), `${name}, round ${round}`)]++;
      assert.ok(performance.now() - started < SLOWEST_MS, `${name}, round ${round} is slow`);
    }
    assert.ok(outcomes.linked > 0 && outcomes.refused > 0, 'both outcomes are met');
  });
}

function outcomeOf(use: Use, bytes: Uint8Array, label: string): 'linked' | 'refused' {
  try {
    use(bytes);
    return 'linked';
  } catch (error) {
    if (error instanceof DependencyError || error instanceof UnadaptableModuleError) return 'refused';
    const isOwn = error instanceof MalformedComponentError || error instanceof UnsupportedComponentError;
    if (!isOwn) throw new Error(`${label}: ${String(error)}`, { cause: error });
    assert.ok(error.offset >= 0 && error.offset <= bytes.length, `${label}: offset ${error.offset}`);
    return 'refused';
  }
}

/** Overwrites, cuts out, doubles or inserts a few bytes; what is interesting stands near the start and the end. */
function damage(seed: Uint8Array, random: (limit: number) => number): Uint8Array {
  let bytes = [...seed];
  for (let count = 1 + random(3); count > 0; count--) {
    const at = 8 + random(bytes.length - 8);
    const length = 1 + random(4);
    const noise = Array.from({ length }, () => (random(4) === 0 ? 0xff : random(256)));
    switch (random(5)) {
      case 0:
      case 1:
        bytes[at] = noise[0] as number;
        break;
      case 2:
        bytes.splice(at, length);
        break;
      case 3:
        bytes.splice(at, 0, ...noise);
        break;
      default:
        bytes = bytes.slice(0, at).concat(bytes.slice(Math.max(8, at - 20)));
    }
  }
  return Uint8Array.from(bytes);
}

fuzz.run();
