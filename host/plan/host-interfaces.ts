// Compares what a link plan calls of the host with what the host's interfaces have in WIT (host/gen/host-interfaces.ts): a component may
// declare any function under the name of an interface, and the host's objects have more members than WIT. Types are compared, names of
// parameters are not. Versions that are compatible have the same types in what they share, so one table serves them all
// (https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md, canonical interface names).

import { compatibleName } from '../../guest-runtime/link/interface-name.ts';
import type { BoundHostFunction } from '../engine/link/host-function.ts';
import { hostInterfaces, hostTypes } from '../gen/host-interfaces.ts';
import type { LinkedComponent, LinkPlan, PlanHostFunction } from '../gen/runtime.ts';
import { createFunctionFormatter, TypeTexts } from './type-text.ts';

/** A plan whose host functions are what WIT has or absent, and a line for each that has another type. */
export type CheckedPlan = { readonly plan: LinkPlan; readonly faults: readonly string[] };

/** The snapshots of 2023, whose WIT no package has: what differs from what is known of them is no fault before it is called. */
const SNAPSHOTS = '@0.2.0-rc-2023-';

/** How many faults people read. */
const SHOWN_FAULTS = 10;

/** What most components import whose imports cannot be compared. */
const NEVER_OFFERED = /^wasi:[^@]+@0\.3\./;

/**
 * Checks what a component imports, whichever engine is to execute it. One whose imports are of types that are not known cannot be
 * compared; it is at fault.
 */
export function checkImports(
  { tag, val }: Exclude<LinkedComponent, { tag: 'core-module' }>,
  canBeAbsent: boolean,
): Partial<CheckedPlan> & Pick<CheckedPlan, 'faults'> {
  if (tag === 'plan') return checkHostFunctions(val, canBeAbsent);
  if (val.declared) return checkHostFunctions(val.declared, false);
  const missing = val.imports.filter((name) => NEVER_OFFERED.test(name)).map((name) => `"${name}"`);
  if (missing.length > 0) return { faults: [`it imports ${missing.join(', ')}, which this host does not offer`] };
  return { faults: [`what it imports cannot be compared with WIT: ${val.reason}`] };
}

/**
 * Checks the host functions of a plan. What WIT lacks becomes absent, or where the engine does not know of that, a fault. Functions of
 * interfaces that the table lacks stay as they are: the worker refuses most, and the others only fail.
 */
export function checkHostFunctions(plan: LinkPlan, canBeAbsent: boolean): CheckedPlan {
  const texts = new TypeTexts(hostTypes);
  const format = createFunctionFormatter(plan, texts);
  const faults: string[] = [];
  const refuse = (host: PlanHostFunction, why: string): BoundHostFunction => {
    faults.push(`the import "${host.interface}" does not have "${host.name}" like that: ${why}`);
    return host;
  };
  const leaveOut = (host: PlanHostFunction, why: string): BoundHostFunction =>
    canBeAbsent ? { ...host, absent: why } : refuse(host, why);
  const check = (host: PlanHostFunction): BoundHostFunction => {
    const type = plan.functionTypes[host.type];
    const functions = functionsOf(host.interface);
    if (functions === undefined) return host;
    const expected = Object.hasOwn(functions, host.name) ? functions[host.name] : undefined;
    // A later version may have it, and guests are linked to more than they use.
    if (expected === undefined) return leaveOut(host, 'WIT has no such function');
    const found = type === undefined ? 'none' : format(type);
    if (found === expected) return host;
    const difference = `its type is ${texts.show(expected)}, not ${texts.show(found)}`;
    return host.interface.includes(SNAPSHOTS) ? leaveOut(host, difference) : refuse(host, difference);
  };
  const checked = { ...plan, hostFunctions: plan.hostFunctions.map(check) };
  const more = faults.splice(SHOWN_FAULTS).length;
  if (more > 0) faults.push(`there are ${more} more of these faults`);
  return { plan: checked, faults };
}

function functionsOf(interfaceName: string): Readonly<Record<string, string>> | undefined {
  const key = compatibleName(interfaceName);
  return Object.hasOwn(hostInterfaces, key) ? hostInterfaces[key] : undefined;
}
