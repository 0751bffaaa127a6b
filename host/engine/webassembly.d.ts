// The part of the JavaScript API that this project uses (https://webassembly.github.io/spec/js-api/ and
// https://github.com/WebAssembly/js-promise-integration). TypeScript has it only in its library for browsers.

declare namespace WebAssembly {
  type HostFunction = (...args: never[]) => unknown;
  type ExportValue = HostFunction | Global | Memory | Table | Tag;
  type ImportValue = ExportValue | Suspending | number | bigint;
  type Exports = Record<string, ExportValue>;
  type Imports = Record<string, Record<string, ImportValue>>;
  type ValueType = 'anyfunc' | 'externref' | 'f32' | 'f64' | 'i32' | 'i64' | 'v128';

  interface ModuleExportDescriptor {
    kind: 'function' | 'global' | 'memory' | 'table' | 'tag';
    name: string;
  }

  interface ModuleImportDescriptor extends ModuleExportDescriptor {
    module: string;
  }

  class Module {
    constructor(bytes: BufferSource);
    static exports(module: Module): ModuleExportDescriptor[];
    static imports(module: Module): ModuleImportDescriptor[];
    static customSections(module: Module, name: string): ArrayBuffer[];
  }

  class Instance {
    constructor(module: Module, imports?: Imports);
    readonly exports: Exports;
  }

  class Memory {
    constructor(descriptor: { initial: number; maximum?: number; shared?: boolean });
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }

  class Table {
    constructor(descriptor: { element: 'anyfunc' | 'externref'; initial: number; maximum?: number }, value?: unknown);
    readonly length: number;
    get(index: number): unknown;
    set(index: number, value?: unknown): void;
    grow(entries: number, value?: unknown): number;
  }

  class Global {
    constructor(descriptor: { value: ValueType; mutable?: boolean }, value?: unknown);
    value: number | bigint | null;
    valueOf(): number | bigint | null;
  }

  class Tag {
    constructor(descriptor: { parameters: ValueType[] });
  }

  class CompileError extends Error {
    constructor(message?: string, options?: ErrorOptions);
  }
  class LinkError extends Error {
    constructor(message?: string, options?: ErrorOptions);
  }
  class RuntimeError extends Error {
    constructor(message?: string, options?: ErrorOptions);
  }

  /** An import that suspends its caller when it returns a promise. */
  class Suspending {
    constructor(function_: HostFunction);
  }

  /** Makes of an export a function that returns a promise and may be suspended. */
  function promising(function_: HostFunction): (...args: unknown[]) => Promise<unknown>;
  function compile(bytes: BufferSource): Promise<Module>;
  function instantiate(module: Module, imports?: Imports): Promise<Instance>;
  function validate(bytes: BufferSource): boolean;
}
