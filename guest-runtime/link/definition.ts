// What the parser makes of a component: its definitions in their order, which is what gives them their indices.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#component-definitions

/** The kinds of thing a definition can define; each has its own index space. */
export type Sort =
  | 'func'
  | 'value'
  | 'type'
  | 'component'
  | 'instance'
  | 'core-func'
  | 'core-table'
  | 'core-memory'
  | 'core-global'
  | 'core-tag'
  | 'core-type'
  | 'core-module'
  | 'core-instance';

/** A name for what stands at `index` of the index space of `sort`: an argument of an instantiation, or an inline export. */
export type NamedIndex = { readonly name: string; readonly sort: Sort; readonly index: number };

export const PRIMITIVES = [
  'bool',
  's8',
  'u8',
  's16',
  'u16',
  's32',
  'u32',
  's64',
  'u64',
  'f32',
  'f64',
  'char',
  'string',
] as const;

export type Primitive = (typeof PRIMITIVES)[number];

/** A primitive type by name or a defined type by its index. */
export type ValueRef = Primitive | number;

export type LabelledRef = { readonly name: string; readonly type: ValueRef };

/** A type as it is written: its references are indices of the scope it stands in. */
export type TypeDefinition =
  | { readonly kind: 'primitive'; readonly primitive: Primitive }
  | { readonly kind: 'record'; readonly fields: readonly LabelledRef[] }
  | { readonly kind: 'variant'; readonly cases: readonly { readonly name: string; readonly type: ValueRef | null }[] }
  | { readonly kind: 'list' | 'option'; readonly element: ValueRef }
  | { readonly kind: 'tuple'; readonly elements: readonly ValueRef[] }
  | { readonly kind: 'flags' | 'enum'; readonly names: readonly string[] }
  | { readonly kind: 'result'; readonly ok: ValueRef | null; readonly error: ValueRef | null }
  | { readonly kind: 'own' | 'borrow'; readonly resource: number }
  | { readonly kind: 'func'; readonly params: readonly LabelledRef[]; readonly result: ValueRef | null }
  | { readonly kind: 'component' | 'instance'; readonly declarations: readonly Definition[] }
  | { readonly kind: 'resource'; readonly destructor: number | null };

/** What an import or export is declared to be. */
export type ExternDescription =
  | { readonly sort: 'func' | 'component' | 'instance' | 'core-module'; readonly type: number }
  | {
      readonly sort: 'type';
      readonly bound: { readonly kind: 'eq'; readonly type: number } | { readonly kind: 'resource' };
    }
  | { readonly sort: 'value' };

export type StringEncoding = 'utf8' | 'utf16' | 'latin1-utf16';

/** The options of a `canon` definition; indices of core memories and core functions. */
export type CanonicalOptionIndices = {
  readonly encoding: StringEncoding;
  readonly memory: number | null;
  readonly realloc: number | null;
  readonly postReturn: number | null;
};

type DefinitionBody =
  | { readonly kind: 'core-module'; readonly bytes: Uint8Array; readonly start: number; readonly end: number }
  | { readonly kind: 'core-instantiate'; readonly module: number; readonly args: readonly NamedIndex[] }
  | { readonly kind: 'core-exports'; readonly exports: readonly NamedIndex[] }
  | { readonly kind: 'core-type' }
  | { readonly kind: 'component'; readonly component: ComponentDefinition }
  | { readonly kind: 'instantiate'; readonly component: number; readonly args: readonly NamedIndex[] }
  | { readonly kind: 'exports'; readonly exports: readonly NamedIndex[] }
  | { readonly kind: 'alias-export'; readonly sort: Sort; readonly instance: number; readonly name: string }
  | { readonly kind: 'alias-core-export'; readonly sort: Sort; readonly instance: number; readonly name: string }
  | { readonly kind: 'alias-outer'; readonly sort: Sort; readonly count: number; readonly index: number }
  | { readonly kind: 'type'; readonly type: TypeDefinition }
  | {
      readonly kind: 'lift';
      readonly coreFunction: number;
      readonly options: CanonicalOptionIndices;
      readonly type: number;
    }
  | { readonly kind: 'lower'; readonly function: number; readonly options: CanonicalOptionIndices }
  | { readonly kind: 'resource-new' | 'resource-drop' | 'resource-rep'; readonly resource: number }
  | { readonly kind: 'import'; readonly name: string; readonly description: ExternDescription }
  | { readonly kind: 'export-declaration'; readonly name: string; readonly description: ExternDescription }
  | {
      readonly kind: 'export';
      readonly name: string;
      readonly sort: Sort;
      readonly index: number;
      /** What it is exported as, where that is not all that it is. */
      readonly description: ExternDescription | null;
    };

/** One definition, and the offset of its first byte in the file for errors. */
export type Definition = { readonly offset: number } & DefinitionBody;

export type ComponentDefinition = { readonly definitions: readonly Definition[] };
