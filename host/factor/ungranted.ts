// Interfaces of Spin that components may import though this host grants them to nobody yet: SDKs import them used or not. Opening
// anything fails as it does for a component whose manifest does not allow it. A factor that offers one of them takes it off this list.

import type { HostImports } from '../engine/engine.ts';
import type { ComponentPlan } from '../gen/runtime.ts';
import type { Factor, FactorContext } from './factor.ts';

/** Creates a function that throws a result error. */
function denied(tag: string, val?: string): () => never {
  const error = Object.freeze(val === undefined ? { tag } : { tag, val });
  return () => {
    throw error;
  };
}

/** Creates a function that throws a result error which is a case of an enumeration. */
function failWith(name: string): () => never {
  return () => {
    throw name;
  };
}

/** Interfaces of Spin 1 name the server in each call. */
function ofSpin1(functions: readonly string[], call: () => never): Record<string, () => never> {
  return Object.fromEntries(functions.map((name) => [name, call]));
}

/** Creates a resource class of which there is never an instance: `open` throws. */
function closedResource(open: () => never) {
  return Object.assign(class {}, { open });
}

const notPermitted = 'the address is not permitted';

const interfaces: HostImports = {
  'fermyon:spin/key-value': { open: denied('access-denied') },
  'fermyon:spin/key-value@2': { Store: closedResource(denied('access-denied')) },
  'wasi:keyvalue/store@0.2.0-draft2': { open: denied('access-denied'), Bucket: class {} },
  'wasi:keyvalue/batch@0.2.0-draft2': {
    getMany: denied('access-denied'),
    setMany: denied('access-denied'),
    deleteMany: denied('access-denied'),
  },
  'wasi:keyvalue/atomics@0.2.0-draft2': {
    increment: denied('access-denied'),
    swap: denied('access-denied'),
    Cas: class {},
  },
  'fermyon:spin/sqlite': { open: denied('access-denied') },
  'fermyon:spin/sqlite@2': { Connection: closedResource(denied('access-denied')) },
  'spin:sqlite/sqlite@3': { Connection: closedResource(denied('access-denied')) },
  'fermyon:spin/redis': ofSpin1(
    ['publish', 'get', 'set', 'incr', 'del', 'sadd', 'smembers', 'srem', 'execute'],
    failWith('error'),
  ),
  'fermyon:spin/mysql': ofSpin1(['query', 'execute'], denied('connection-failed', notPermitted)),
  'fermyon:spin/postgres': ofSpin1(['query', 'execute'], denied('connection-failed', notPermitted)),
  'fermyon:spin/redis@2': { Connection: closedResource(denied('invalid-address')) },
  'fermyon:spin/mqtt@2': { Connection: closedResource(denied('connection-failed', notPermitted)) },
  'fermyon:spin/mysql@2': { Connection: closedResource(denied('connection-failed', notPermitted)) },
  'fermyon:spin/postgres@2': { Connection: closedResource(denied('connection-failed', notPermitted)) },
  'spin:postgres/postgres@3': { Connection: closedResource(denied('connection-failed', notPermitted)) },
  'spin:postgres/postgres@4': { Connection: closedResource(denied('connection-failed', notPermitted)) },
  'fermyon:spin/llm': createLlm(),
  'fermyon:spin/llm@2': createLlm(),
};

function createLlm() {
  return { infer: denied('model-not-supported'), generateEmbeddings: denied('model-not-supported') };
}

/** The factor of everything that nobody is granted. */
export const ungranted: Factor = {
  name: 'ungranted',
  configure: (context) => ({
    prepare(component) {
      warn(component, context);
      return { shared: interfaces };
    },
  }),
};

function warn({ id, keyValueStores, sqliteDatabases, aiModels }: ComponentPlan, context: FactorContext): void {
  const grants = { 'key-value stores': keyValueStores, 'SQLite databases': sqliteDatabases, 'AI models': aiModels };
  for (const [what, names] of Object.entries(grants)) {
    if (names.length === 0) continue;
    context.warn(
      `Warning: component "${id}" is granted ${what}, which this host does not offer yet: opening one fails.`,
    );
  }
}
