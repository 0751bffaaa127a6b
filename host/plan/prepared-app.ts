// What the plan room leaves on disk and hands to the shim and, mounted, to the worker. Content-addressed, never changed in place:
//   <cache>/apps/<key>/app.json              a PreparedApp, as `formatPreparedApp` writes it
//   <cache>/components/<key>/...             what an engine needs to instantiate one component

import type { AppPlan } from '../gen/runtime.ts';

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
  /** The guest runtime as a component, for plans with dynamic entries; else null. */
  readonly runtime: { readonly key: string } | null;
};

/** Formats a prepared app as JSON. JSON has no bytes: a `Uint8Array` becomes `{ "$bytes": base64 }`. */
export function formatPreparedApp(app: PreparedApp): string {
  return JSON.stringify(app, (_, value) => (value instanceof Uint8Array ? { $bytes: value.toBase64() } : value));
}

/** Parses what `formatPreparedApp` wrote. Throws a `SyntaxError` on anything that is not such a text. */
export function parsePreparedApp(text: string): PreparedApp {
  const app = JSON.parse(text, (_, value) =>
    typeof value?.$bytes === 'string' ? Uint8Array.fromBase64(value.$bytes) : value,
  );
  if (!app?.plan || !Array.isArray(app.components)) throw new SyntaxError('not a prepared app');
  return app as PreparedApp;
}
