// Prepares an app for its worker: from the files of an image to an app plan and components that an engine can load, all of it
// cached. Only what the cache lacks is asked of the plan process, so a second pod of an image starts none. Looks at no byte of
// the app itself, except to hash it.

import { join } from 'node:path';
import { COMPONENT_INFO } from '../engine/jco/transpile-options.ts';
import type { AppPlan, HttpRoute } from '../gen/runtime.ts';
import { createDraft, readContents, readEntry, toChunks } from './cache.ts';
import type { ComponentInfo } from './component-files.ts';
import { digestOf } from './digest.ts';
import { type Command, planCommand } from './executable.ts';
import { closeSources, MANIFEST_PATH, type OpenSource, openSources, readManifest } from './image-source.ts';
import { formatJson } from './json.ts';
import { PlanRefusedError } from './plan-refused.ts';
import { type EngineChoice, Planner } from './planner.ts';
import { formatPreparedApp, isPreparedApp, type PreparedApp, type PreparedComponentRef } from './prepared-app.ts';

/** What an app is prepared from, and where to. */
export type PrepareOptions = {
  /** The image's root, as the machine sees it. */
  readonly rootfs: string;
  readonly cacheDirectory: string;
  /** A guest runtime in place of the built-in one: the path of a component on the node. */
  readonly runtimeComponent?: string | undefined;
  /** Component ids to keep; empty or absent keeps all. */
  readonly retain?: readonly string[];
  /** Which engine components are prepared for; by default the one that suits each best. */
  readonly engine?: EngineChoice;
  /** How to start the plan process; by default this executable. */
  readonly command?: Command;
};

/** A prepared app and the folder below the cache that has its `app.json`. */
export type PrepareResult = { readonly app: PreparedApp; readonly directory: string };

/**
 * Prepares the app of an image, out of the cache where it can. Several processes may do so at a time.
 * Throws `PlanRefusedError` when the app is at fault, and a `StatusError` for anything else.
 */
export async function prepareApp(options: PrepareOptions): Promise<PrepareResult> {
  const text = await readManifest(options.rootfs);
  const planner = await Planner.open({
    cache: options.cacheDirectory,
    command: options.command ?? planCommand(),
    engine: options.engine ?? 'any',
    runtimeComponent: options.runtimeComponent,
  });
  try {
    const planKey = digestOf(['plan', 1, planner.runtimeDigest, text, options.retain ?? []]);
    const plan = await readPlan(planner, options, planKey, text);
    const sources = await openSources(options.rootfs, plan);
    try {
      return await readApp(planner, options.cacheDirectory, planKey, plan, sources);
    } finally {
      await closeSources(sources);
    }
  } finally {
    await planner.close();
  }
}

/** The plan of a manifest, from `<cache>/plans/<key>/plan.json` or made now. */
async function readPlan(planner: Planner, options: PrepareOptions, key: string, text: string): Promise<AppPlan> {
  const directory = join(options.cacheDirectory, 'plans', key);
  const cached = (await readContents(directory)) && (await readEntry(join(directory, 'plan.json')));
  if (cached) return cached as AppPlan;
  const plan = await planner.planApp(MANIFEST_PATH, text, { retain: [...(options.retain ?? [])] });
  await writeEntry(options.cacheDirectory, directory, 'plan.json', formatJson(plan));
  return plan;
}

async function readApp(
  planner: Planner,
  cache: string,
  planKey: string,
  plan: AppPlan,
  sources: readonly OpenSource[],
): Promise<PrepareResult> {
  const keys = sources.map(({ component, sha256 }) => [component.id, planner.keyOf(sha256)]);
  const directory = join(cache, 'apps', digestOf(['app', 1, planKey, keys]));
  const cached = (await readContents(directory)) && (await readEntry(join(directory, 'app.json')));
  if (isPreparedApp(cached) && (await isComplete(planner, cached))) return { app: cached, directory };
  const components: PreparedComponentRef[] = [];
  for (const source of sources) components.push(await prepareComponent(planner, plan, source));
  const isDynamic = routesOf(plan).some(({ target }) => target.tag === 'dynamic');
  const runtime = isDynamic && planner.runtimeKey !== null ? { key: planner.runtimeKey } : null;
  const app: PreparedApp = { plan, components, runtime };
  await writeEntry(cache, directory, 'app.json', formatPreparedApp(app));
  return { app, directory };
}

async function prepareComponent(planner: Planner, plan: AppPlan, source: OpenSource): Promise<PreparedComponentRef> {
  const { component, path, sha256 } = source;
  const key = planner.keyOf(sha256);
  await planner.prepareComponent(key, { ...source, name: path }).catch((error) => {
    throw error instanceof PlanRefusedError ? locate(error, source) : error;
  });
  const route = routesOf(plan).find(({ target }) => target.tag === 'component' && target.val === component.id);
  const isDynamic = routesOf(plan).some(({ target }) => target.tag === 'dynamic');
  const executor = route?.executor ?? (isDynamic ? 'http' : undefined);
  const info = (await readEntry(join(planner.folderOf(key), COMPONENT_INFO))) as ComponentInfo;
  const handler = executor ? await planner.selectHandler(component, executor, info.exports) : null;
  return { id: component.id, key, engine: info.engine, handler };
}

/** Says of a component that cannot be linked where the manifest names it. */
function locate(error: PlanRefusedError, { component, path }: OpenSource): PlanRefusedError {
  const field = `component.${component.id}.source`;
  return new PlanRefusedError(
    error.diagnostics.map(({ severity, message, fix }) => {
      return { severity, file: MANIFEST_PATH, ...component.location, field, message: `${path}: ${message}`, fix };
    }),
  );
}

async function isComplete(planner: Planner, app: PreparedApp): Promise<boolean> {
  const keys = [...app.components, ...(app.runtime ? [app.runtime] : [])].map(({ key }) => key);
  const found = await Promise.all(keys.map((key) => readContents(planner.folderOf(key))));
  return !found.includes(null);
}

async function writeEntry(cache: string, directory: string, name: string, text: string): Promise<void> {
  const draft = await createDraft(cache, directory);
  try {
    await draft.write({ name, size: new TextEncoder().encode(text).length }, toChunks(text));
    await draft.commit();
  } finally {
    await draft.discard();
  }
}

function routesOf(plan: AppPlan): readonly HttpRoute[] {
  return plan.triggers.flatMap((trigger) => trigger.val.routes);
}
