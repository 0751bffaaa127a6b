// Loads a part of the program from the executable's own assets, with V8's compiled code for it. Runs inside the executable only;
// the build takes from here what both must do alike.
import { createRequire } from 'node:module';
import { getAsset, getRawAsset } from 'node:sea';
import { Script } from 'node:vm';

type Wrapper = (exports: object, require: NodeJS.Require, module: { exports: object }) => void;

/** Asset names of a part's text and of V8's code cache for it. */
export const partAssets = (name: string) => ({ text: `parts/${name}.js`, code: `parts/${name}.code` });

/** Makes a function of a CommonJS bundle. The code cache is good for exactly this text. */
export function wrapPart(text: string): string {
  return `(function (exports, require, module) {${text}\n})`;
}

/** Evaluates a part and returns its exports. Throws when there is none of that name. */
export function loadPart(name: string): object {
  const assets = partAssets(name);
  const script = new Script(wrapPart(getAsset(assets.text, 'utf8')), {
    filename: `${name}.js`,
    cachedData: new Uint8Array(getRawAsset(assets.code)),
  });
  const module = { exports: {} };
  (script.runInThisContext() as Wrapper)(module.exports, createRequire(process.execPath), module);
  return module.exports;
}
