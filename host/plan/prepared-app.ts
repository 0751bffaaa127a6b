// What the plan room leaves on disk and hands to the shim and, mounted, to the worker. Content-addressed, never changed in place:
//   <cache>/apps/<key>/app.json              a PreparedApp, as `formatPreparedApp` writes it
//   <cache>/components/<key>/...             what an engine needs to instantiate one component
//   <cache>/files/<key>/tree/...             the files of one component of an artifact

import type { AppPlan } from '../gen/runtime.ts';
import { formatJson, parseJson } from './json.ts';

/** The folder of the files within their entry. */
export const FILES_TREE = 'tree';

/** A component that an engine can load. */
export type PreparedComponentRef = {
  readonly id: string;
  /** Folder name below `<cache>/components`. */
  readonly key: string;
  readonly engine: 'jco' | 'link';
  /** The export that serves the app's trigger, such as `wasi:http/incoming-handler@0.2.3`; null where no trigger names it. */
  readonly handler: string | null;
};

/** The content of `app.json`. */
export type PreparedApp = {
  readonly plan: AppPlan;
  readonly components: readonly PreparedComponentRef[];
  /** Folder names below `<cache>/files`, each once. */
  readonly files: readonly string[];
  /** The guest runtime as a component, for plans with dynamic entries; else null. */
  readonly runtime: { readonly key: string } | null;
};

/** Lists the folders that a prepared app needs, below the cache. */
export function foldersOf({ components, runtime, files }: PreparedApp): string[] {
  const keys = new Set([...components, ...(runtime ? [runtime] : [])].map(({ key }) => key));
  return [...[...keys].map((key) => `components/${key}`), ...files.map((key) => `files/${key}`)];
}

/** Formats a prepared app as JSON; bytes become `{ "$bytes": base64 }`. */
export function formatPreparedApp(app: PreparedApp): string {
  return formatJson(app);
}

/** Parses what `formatPreparedApp` wrote. Throws a `SyntaxError` on anything that is not such a text. */
export function parsePreparedApp(text: string): PreparedApp {
  const app = parseJson(text);
  if (!isPreparedApp(app)) throw new SyntaxError('not a prepared app');
  return app;
}

/** Whether a parsed value is a prepared app: looks at its shape only as far as a damaged file could deceive. */
export function isPreparedApp(value: unknown): value is PreparedApp {
  const app = value as Partial<PreparedApp> | null;
  return typeof app?.plan?.name === 'string' && Array.isArray(app.components) && Array.isArray(app.files);
}
