// The engine that executes link plans.

import type { Callee, LinkPlan } from '../../../guest-runtime/link/plan.ts';
import type { ComponentInstance, Engine, InstanceHost, PreparedComponent } from '../engine.ts';
import { bindHostFunctions } from './host-function.ts';
import { LinkedInstance } from './instance.ts';
import { createLinkedComponent, type LinkedComponent, type WaitingImports } from './linked-component.ts';
import { readLinkSource } from './source.ts';

/** Creates the engine. */
export function createLinkEngine(waits: WaitingImports): Engine {
  return {
    name: 'link',
    async load(directory) {
      const { plan, modules } = await readLinkSource(directory);
      return createPreparedComponent(createLinkedComponent(plan, modules, waits));
    },
  };
}

/** Prepares a component whose modules are compiled. */
export function createPreparedComponent(component: LinkedComponent): PreparedComponent {
  const { plan } = component;
  const exports = exportTable(plan);
  return {
    // An interface that gives only types is not asked of the host.
    imports: [...new Set(plan.hostFunctions.map((host) => host.interface))],
    exports: plan.exports,
    async instantiate(createHost) {
      const host = createHost();
      const instance = new LinkedInstance(component, bindHostFunctions(plan, host.imports));
      return createComponentInstance(instance, exports, host);
    },
  };
}

type ExportTable = ReadonlyMap<string, ReadonlyMap<string, Callee>>;

function exportTable(plan: LinkPlan): ExportTable {
  const table = new Map<string, Map<string, Callee>>();
  for (const { interface: interfaceName, name, callee } of plan.exportedFunctions) {
    const functions = table.get(interfaceName) ?? new Map<string, Callee>();
    table.set(interfaceName, functions.set(name, callee));
  }
  return table;
}

function createComponentInstance(
  instance: LinkedInstance,
  exports: ExportTable,
  host: InstanceHost,
): ComponentInstance {
  return {
    async call(exportName, functionName, args) {
      const callee = exports.get(exportName)?.get(functionName);
      if (callee === undefined) throw new Error(`the component exports no "${exportName}#${functionName}"`);
      return instance.callExport(callee, args);
    },
    dispose() {
      host.release();
    },
  };
}
