import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { componentEmbed, componentNew } from '@bytecodealliance/jco-transpile/wasm-tools';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readComponentExterns } from '../../../guest-runtime/link/externs.ts';
import { WIT_OF_SPIN_1 } from './adapter-file.ts';

const witSource = await readFile(join(import.meta.dirname, WIT_OF_SPIN_1), 'utf8');
const PLATFORM = ['config', 'http', 'key-value', 'llm', 'mysql', 'postgres', 'redis', 'sqlite'];

const worlds = suite('spin-1.wit');

for (const [world, handlers] of [
  ['handle-http-request', ['inbound-http']],
  ['handle-redis-message', ['inbound-redis']],
  ['handle-http-request-and-handle-redis-message', ['inbound-http', 'inbound-redis']],
] as const) {
  worlds(`makes components of the world ${world}`, async () => {
    const component = await componentNew(await componentEmbed({ dummy: true, witSource, world }), []);
    const { imports, exports } = readComponentExterns(component);
    const functions = imports.filter((name) => !name.endsWith('-types'));
    assert.equal(
      [...functions].sort(),
      PLATFORM.map((name) => `fermyon:spin/${name}`),
    );
    assert.equal(
      [...exports].sort(),
      handlers.map((name) => `fermyon:spin/${name}`),
    );
  });
}

worlds.run();
