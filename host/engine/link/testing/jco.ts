// Instances of the jco engine, to compare with.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transpileBytes } from '@bytecodealliance/jco-transpile';
import { readComponentExterns } from '../../../../guest-runtime/link/externs.ts';
import type { PreparedComponent } from '../../engine.ts';
import { createJcoEngine } from '../../jco/jco-engine.ts';
import { COMPONENT_INFO, createTranspileOptions } from '../../jco/transpile-options.ts';

/** Prepares a component for the jco engine in a folder that is gone when the process ends. */
export async function prepareWithJco(component: Uint8Array): Promise<PreparedComponent> {
  const directory = mkdtempSync(join(tmpdir(), 'jco-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  const externs = readComponentExterns(component);
  const { files, imports } = await transpileBytes(component, createTranspileOptions(externs.imports));
  for (const [name, bytes] of Object.entries(files)) {
    if (!name.includes('/')) writeFileSync(join(directory, name), bytes as Uint8Array);
  }
  writeFileSync(join(directory, 'package.json'), '{"type":"module"}');
  writeFileSync(join(directory, COMPONENT_INFO), JSON.stringify({ imports, exports: externs.exports }));
  return createJcoEngine().load(directory);
}
