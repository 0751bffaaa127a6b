// Asks a session for components, with the guest runtime as it was built and without any other tool.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { binaryFromWat } from '../../guest-runtime/link/testing/wat.ts';
import { COMPONENT_INFO, COMPONENT_MODULE } from '../engine/jco/transpile-options.ts';
import { readAsset } from './executable.ts';
import { encodeHead, MessageReader } from './message.ts';
import type { PlanAnswer, PlanRequest } from './protocol.ts';
import { serveSession } from './session.ts';

const session = suite('serveSession');

/** Returns the first message of the answer to a component. */
async function refusalOf(component: Uint8Array): Promise<string | undefined> {
  const request: PlanRequest = {
    kind: 'component',
    name: 'a.wasm',
    engine: 'any',
    dependencies: [],
    payload: component.length,
  };
  const written: Uint8Array[] = [];
  await serveSession(chunks([encodeHead(request), component]), async (bytes) => void written.push(bytes), {
    readBuiltIn: () =>
      new Map(
        [COMPONENT_MODULE, COMPONENT_INFO, 'component.core.wasm'].map((name) => [
          name,
          readAsset(`guest-runtime/${name}`),
        ]),
      ),
    readComponentTools: () => ({
      openTranspiler: () => Promise.reject(new Error('there is no transpiler')),
      openAdapt: () => Promise.reject(new Error('there are no component tools')),
    }),
    dropPrivileges: () => undefined,
  });
  const answer = await new MessageReader(chunks(written)).readHead<PlanAnswer>();
  return answer?.kind === 'refused' ? answer.diagnostics[0]?.message : answer?.kind;
}

async function* chunks(some: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void> {
  yield* some;
}

/** A component that exports a function of wasi:random, of this name and type. */
const componentOfRandom = (name: string, type: string, more = '') =>
  binaryFromWat(`(component
    (import "wasi:random/random@0.2.12" (instance $i (export "${name}" (func ${type}))))
    (export "f" (func $i "${name}")) ${more})`);

session('takes a function that an interface has', async () => {
  assert.is(await refusalOf(await componentOfRandom('get-random-u64', '(result u64)')), 'component');
});

session('refuses a function that an interface has with another type, and says both', async () => {
  assert.is(
    await refusalOf(await componentOfRandom('get-random-u64', '(result string)')),
    'the import "wasi:random/random@0.2.12" does not have "get-random-u64" like that: its type is () -> u64, not () -> string',
  );
});

session('refuses what WIT lacks of a component that only the other engine takes', async () => {
  const large = '(core module (import "a" "m" (memory i64 1)))';
  assert.is(
    await refusalOf(await componentOfRandom('not-there', '', large)),
    'the import "wasi:random/random@0.2.12" does not have "not-there" like that: WIT has no such function',
  );
});

session.run();
