// V8's compiled code for a part, made as the executable will compile it. It is taken after the part's top level ran, so that what
// this calls is in it. V8 refuses it in any other version of itself: then the part is compiled anew, only slower.
import { createRequire } from 'node:module';
import { Script } from 'node:vm';
import { wrapPart } from './part.ts';

/** Compiles the text of a part and returns V8's code cache for it. Throws when the part's top level does. */
export function createCodeCache(text: string, name: string): Uint8Array {
  const script = new Script(wrapPart(text), { filename: `${name}.js` });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(import.meta.url), module);
  return script.createCachedData();
}
