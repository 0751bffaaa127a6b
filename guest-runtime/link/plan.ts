// The link plan: all that the host needs to turn a component into instances, without the component's structure. Nested components,
// instances, aliases and outer types are resolved; what is left is flat lists that refer to each other by index.
// The types are those of `wit/link.wit` as jco passes them to JavaScript. A plan is JSON: no bigint, no bytes.

/** Index into `LinkPlan.types`. */
export type TypeIndex = number;

export type PlanPrimitive =
  | 'bool'
  | 's8'
  | 'u8'
  | 's16'
  | 'u16'
  | 's32'
  | 'u32'
  | 's64'
  | 'u64'
  | 'f32'
  | 'f64'
  | 'char'
  | 'string';

export type PlanField = { name: string; type: TypeIndex };

export type PlanCase = { name: string; type?: TypeIndex | undefined };

/** A value type. What it refers to stands before it in the table, so types are finite. */
export type PlanType =
  | { tag: 'primitive'; val: PlanPrimitive }
  | { tag: 'record'; val: PlanField[] }
  | { tag: 'variant'; val: PlanCase[] }
  | { tag: 'list'; val: TypeIndex }
  | { tag: 'tuple'; val: TypeIndex[] }
  | { tag: 'flags'; val: string[] }
  | { tag: 'enum'; val: string[] }
  | { tag: 'option'; val: TypeIndex }
  | { tag: 'result'; val: { ok?: TypeIndex | undefined; error?: TypeIndex | undefined } }
  /** Index into `LinkPlan.resources`. */
  | { tag: 'own'; val: number }
  | { tag: 'borrow'; val: number };

export type PlanFunctionType = { params: PlanField[]; result?: TypeIndex | undefined };

/** A resource type of the host, or one that a component instance defines. */
export type PlanResource =
  | { tag: 'host'; val: { interface: string; name: string } }
  | { tag: 'guest'; val: { instance: number; destructor?: CoreItem | undefined } };

/** A function that the host offers: the import's name with its version, and the function's in it (empty: the import itself). */
export type PlanHostFunction = { interface: string; name: string; type: number };

/** What a core import, a canonical option or a lifted function refers to. */
export type CoreItem =
  | { tag: 'core-export'; val: { instance: number; name: string } }
  /** Index into `LinkPlan.lowered`. */
  | { tag: 'lowered'; val: number }
  | { tag: 'resource-new'; val: ResourceBuiltin }
  | { tag: 'resource-drop'; val: ResourceBuiltin }
  | { tag: 'resource-rep'; val: ResourceBuiltin };

/** A built-in works on the handle table of the component instance that calls it. */
export type ResourceBuiltin = { instance: number; resource: number };

export type PlanOptions = {
  encoding: 'utf8' | 'utf16' | 'latin1-utf16';
  memory?: CoreItem | undefined;
  realloc?: CoreItem | undefined;
  postReturn?: CoreItem | undefined;
};

/** What a lowered function or an export calls: an index into `hostFunctions` or `lifted`. */
export type Callee = { tag: 'host'; val: number } | { tag: 'lifted'; val: number };

/** A component function made of a core function of component instance `instance`. */
export type PlanLifted = { instance: number; function: CoreItem; type: number; options: PlanOptions };

/** A core function of component instance `instance` made of a component function. */
export type PlanLowered = { instance: number; callee: Callee; options: PlanOptions };

/** A range of the component's bytes. */
export type PlanModule = { start: number; end: number };

export type PlanCoreImport = { module: string; name: string; item: CoreItem };

/** One instance of `LinkPlan.modules[module]`. What it imports stands before it in the list. */
export type PlanCoreInstance = { module: number; imports: PlanCoreImport[] };

/** An exported function; an exported instance gives one for each of its functions, under the instance's name. */
export type PlanExport = { interface: string; name: string; callee: Callee; type: number };

/** A resource type under the name by which an exported instance knows it. */
export type PlanExportedResource = { interface: string; name: string; resource: number };

export type LinkPlan = {
  /** Names of the component's imports and exports with their versions, in their order in the component. */
  imports: string[];
  exports: string[];
  /** How many component instances there are: each has its own handle table and may be entered once at a time. */
  componentInstances: number;
  modules: PlanModule[];
  coreInstances: PlanCoreInstance[];
  types: PlanType[];
  functionTypes: PlanFunctionType[];
  resources: PlanResource[];
  hostFunctions: PlanHostFunction[];
  lifted: PlanLifted[];
  lowered: PlanLowered[];
  exportedFunctions: PlanExport[];
  exportedResources: PlanExportedResource[];
};
