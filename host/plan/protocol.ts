// What the shim asks the plan process and what that answers, in order, one answer for each request. The plan process has no other
// way to the machine: it reads no file, it writes none, and it ends when its standard input does.

import type {
  AppPlan,
  AppSource,
  ComponentPlan,
  Diagnostic,
  HttpExecutor,
  LinkDependency,
  PlanOptions,
} from '../gen/runtime.ts';
import type { MessageHead } from './message.ts';

/** A file within a payload: files follow each other in the order of the list. */
export type FileEntry = { readonly name: string; readonly size: number };

/** A component within a payload, with what linking it to another one needs. */
export type DependencyEntry = Omit<LinkDependency, 'component'> & { readonly size: number };

/** The field of a diagnostic that is about a dependency, as `link` gives it: a part of its component's table. */
export function dependencyField(name: string): string {
  return `dependencies.${JSON.stringify(name)}`;
}

/** A request; a component's or the files' bytes are its payload. */
export type PlanRequest =
  /** Use this guest runtime, transpiled, for what follows. Without it the built-in one is used. */
  | (MessageHead & { readonly kind: 'runtime'; readonly files: readonly FileEntry[] })
  /** Plan an app. */
  | (MessageHead & { readonly kind: 'app'; readonly source: AppSource; readonly options: PlanOptions })
  /** Link a component and make the files for an engine: for the one that suits it best, or for jco's. */
  | (MessageHead & {
      readonly kind: 'component';
      readonly name: string;
      readonly engine: 'any' | 'jco';
      /** What stands in the payload behind the component. */
      readonly dependencies: readonly DependencyEntry[];
    })
  /** Choose the export that serves a component's http trigger. */
  | (MessageHead & {
      readonly kind: 'handler';
      readonly component: ComponentPlan;
      readonly executor: HttpExecutor;
      readonly exports: readonly string[];
    });

/** An answer. */
export type PlanAnswer =
  | (MessageHead & { readonly kind: 'done' })
  | (MessageHead & { readonly kind: 'app'; readonly plan: AppPlan })
  | (MessageHead & { readonly kind: 'component'; readonly files: readonly FileEntry[] })
  | (MessageHead & { readonly kind: 'handler'; readonly handler: string })
  /** The app is at fault. */
  | (MessageHead & { readonly kind: 'refused'; readonly diagnostics: readonly Diagnostic[] })
  /** The guest runtime or the transpiler is at fault. */
  | (MessageHead & { readonly kind: 'failed'; readonly message: string });
