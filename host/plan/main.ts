// The `plan` role of the executable: a process that lives for one app. It parses what comes from images, so it gives up its
// privileges first, and it reaches nothing but its standard input and output (protocol.ts).

import { createRequire } from 'node:module';
import process from 'node:process';
import { compileFunction } from 'node:vm';
import { COMPONENT_INFO, COMPONENT_MODULE } from '../engine/jco/transpile-options.ts';
import { readAsset } from './executable.ts';
import { serveSession } from './session.ts';
import type * as transpiler from './transpiler/entry.ts';
import type { Generate } from './transpiler/entry.ts';

/** The user and group that own nothing: `nobody` and `nogroup`. */
const NOBODY = 65534;

/** Serves requests on standard input until it ends. Rejects when the input is malformed. */
export async function runPlan(): Promise<void> {
  await serveSession(process.stdin, writeOutput, {
    readBuiltIn,
    readTranspiler,
    dropPrivileges,
  });
}

function readBuiltIn(): Map<string, Uint8Array> {
  const names = [COMPONENT_MODULE, COMPONENT_INFO, 'component.core.wasm'];
  return new Map(names.map((name) => [name, readAsset(`guest-runtime/${name}`)]));
}

function readTranspiler(): () => Promise<Generate> {
  const text = new TextDecoder().decode(readAsset('transpiler.cjs'));
  const names = ['core.wasm', 'core2.wasm'].map((suffix) => `js-component-bindgen-component.${suffix}`);
  const modules = new Map(names.map((name) => [name, readAsset(name)]));
  return () => {
    const module = { exports: {} };
    const body = compileFunction(text, ['module', 'exports', 'require'], { filename: 'transpiler.cjs' });
    body(module, module.exports, createRequire(process.execPath));
    return (module.exports as typeof transpiler).openTranspiler((name) => modules.get(name) ?? new Uint8Array());
  };
}

/** Becomes nobody. A process that was not started by root has nothing to give up. */
function dropPrivileges(): void {
  if (process.getuid?.() !== 0) return;
  process.setgroups?.([]);
  process.setgid?.(NOBODY);
  process.setuid?.(NOBODY);
}

function writeOutput(bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}
