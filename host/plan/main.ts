// The `plan` role of the executable: a process that lives for one app. It parses what comes from images, so it gives up its
// privileges first, and it reaches nothing but its standard input and output (protocol.ts).

import { createRequire } from 'node:module';
import process from 'node:process';
import { compileFunction } from 'node:vm';
import { COMPONENT_INFO, COMPONENT_MODULE } from '../engine/jco/transpile-options.ts';
import { readAsset } from './executable.ts';
import { dropPrivileges, writeOutput } from './role.ts';
import { type ComponentTools, serveSession } from './session.ts';
import { adapterFile, WIT_OF_SPIN_1 } from './transpiler/adapter-file.ts';
import type * as toolsScript from './transpiler/component-tools.ts';
import type * as transpilerScript from './transpiler/entry.ts';

/** Serves requests on standard input until it ends. Rejects when the input is malformed. */
export async function runPlan(): Promise<void> {
  await serveSession(process.stdin, writeOutput, {
    readBuiltIn,
    readComponentTools,
    dropPrivileges,
  });
}

function readBuiltIn(): Map<string, Uint8Array> {
  const names = [COMPONENT_MODULE, COMPONENT_INFO, 'component.core.wasm'];
  return new Map(names.map((name) => [name, readAsset(`guest-runtime/${name}`)]));
}

function readComponentTools(): ComponentTools {
  const transpiler = readScript<typeof transpilerScript>('transpiler', 'js-component-bindgen-component');
  const tools = readScript<typeof toolsScript>('component-tools', 'wasm-tools', [
    adapterFile('command'),
    adapterFile('reactor'),
    WIT_OF_SPIN_1,
  ]);
  return {
    openTranspiler: () => transpiler(({ openTranspiler }, read) => openTranspiler(read)),
    openAdapt: () => tools(({ openComponentTools }, read) => openComponentTools(read)),
  };
}

type Read = (name: string) => Uint8Array;

/** Reads a script and the modules that it may ask for; what is returned runs the script. */
function readScript<Exports>(script: string, component: string, others: readonly string[] = []) {
  const text = readAsset(`${script}.cjs`);
  const names = [`${component}.core.wasm`, `${component}.core2.wasm`, ...others];
  const modules = new Map(names.map((name) => [name, readAsset(name)]));
  return <Opened>(open: (exports: Exports, read: Read) => Opened): Opened => {
    const module = { exports: {} };
    const filename = `${script}.cjs`;
    const body = compileFunction(new TextDecoder().decode(text), ['module', 'exports', 'require'], { filename });
    body(module, module.exports, createRequire(process.execPath));
    return open(module.exports as Exports, (name) => modules.get(name) ?? new Uint8Array());
  };
}
