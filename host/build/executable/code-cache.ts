// V8's compiled code for a part, made as the executable will compile it. It is taken after the part's top level ran, so that what
// this calls is in it. V8 refuses it in any other version of itself: then the part is compiled anew, only slower. As a command,
// `code-cache.ts <name>=<file> ...`, it writes the code of each bundle beside it; the Node that runs it is the one to be built for.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Script } from 'node:vm';
import { wrapPart } from './part.ts';

/** Flags with which V8 gives the same code for the same text; any Node of its version takes it. */
export const DETERMINISTIC = ['--predictable', '--disable-warning=ExperimentalWarning'];

/** Compiles the text of a part and returns V8's code cache for it. Throws when the part's top level does. */
export function createCodeCache(text: string, name: string): Uint8Array {
  const script = new Script(wrapPart(text), { filename: `${name}.js` });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(import.meta.url), module);
  return script.createCachedData();
}

/** Path of the code of a bundle. */
export function codePathOf(path: string): string {
  return path.replace(/\.js$/, '.code');
}

if (import.meta.main) {
  for (const argument of process.argv.slice(2)) {
    const [name = '', path = ''] = argument.split('=');
    writeFileSync(codePathOf(path), createCodeCache(readFileSync(path, 'utf8'), name));
  }
}
