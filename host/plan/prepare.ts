// Prepares an app for its worker: from the files or the layers of an image to an app plan and components that an engine can load, all of it
// cached. Only what the cache lacks is asked of the plan process, so a second pod of an image starts none. Looks at no byte of
// the app itself, except to hash it.

import { join } from 'node:path';
import { COMPONENT_INFO } from '../engine/jco/transpile-options.ts';
import type { AppPlan, AppSource, Diagnostic, HttpRoute } from '../gen/runtime.ts';
import { APP_FILE, readPreparedApp } from './app-entry.ts';
import { openBlobs, readArtifactSource } from './artifact-source.ts';
import { filesKeyOf, mountAssets, writeAssets } from './assets.ts';
import { createDraft, readContents, readEntry, toChunks } from './cache.ts';
import type { ComponentInfo } from './component-files.ts';
import { digestOf } from './digest.ts';
import { type Command, roleCommand } from './executable.ts';
import { closeSources, type OpenSource, openSources, readManifest } from './image-source.ts';
import { formatJson } from './json.ts';
import { PlanRefusedError } from './plan-refused.ts';
import { type EngineChoice, Planner } from './planner.ts';
import { formatPreparedApp, type PreparedApp, type PreparedComponentRef } from './prepared-app.ts';
import { dependencyField } from './protocol.ts';
import { type FetchRemotes, NO_REMOTES, resolveRemotes } from './remote-source.ts';
import { MANIFEST_PATH } from './rootfs.ts';

/** What an app is prepared from, and where to. */
export type PrepareOptions = {
  /** The image's root, as the machine sees it. */
  readonly rootfs: string;
  /** Where the image's layers are the app's parts, their folder in the cache: then nothing of the root is looked at. */
  readonly artifact?: ArtifactFolder | undefined;
  readonly cacheDirectory: string;
  /** A guest runtime in place of the built-in one: the path of a component on the node. */
  readonly runtimeComponent?: string | undefined;
  /** Fetches components from elsewhere; absent where the node allows none. */
  readonly fetchRemotes?: FetchRemotes | undefined;
  /** Component ids to keep; empty or absent keeps all. */
  readonly retain?: readonly string[];
  /** Which engine components are prepared for; by default the one that suits each best. */
  readonly engine?: EngineChoice;
  /** How to start the plan process; by default this executable. */
  readonly command?: Command;
};

/** The layers of an image. */
export type ArtifactFolder = {
  /** The folder in the cache that has them. */
  readonly directory: string;
  /** Where the worker will find the folders of `PreparedApp.files`, by name. */
  readonly filesMount: string;
};

/** A prepared app, and what it was prepared from. */
export type PrepareResult = {
  readonly app: PreparedApp;
  /** The folder below the cache that has its `app.json`. */
  readonly directory: string;
  /** The folder of the app's plan. */
  readonly plan: string;
  /** The files of the image's root that were read, by their path in the image. */
  readonly files: readonly string[];
  /** The folders of the components that are from elsewhere. */
  readonly remotes: readonly string[];
};

/**
 * Prepares the app of an image, out of the cache where it can. Several processes may do so at a time.
 * Throws `PlanRefusedError` when the app is at fault, and a `StatusError` for anything else.
 */
export async function prepareApp(options: PrepareOptions): Promise<PrepareResult> {
  const { artifact, rootfs } = options;
  const source = artifact ? await readArtifactSource(artifact.directory) : await readManifestSource(rootfs);
  const planner = await Planner.open({
    cache: options.cacheDirectory,
    command: options.command ?? roleCommand('plan'),
    engine: options.engine ?? 'any',
    runtimeComponent: options.runtimeComponent,
  });
  try {
    const planKey = digestOf(['plan', 3, planner.runtimeDigest, source, options.retain ?? []]);
    const plan = await readPlan(planner, options, planKey, source);
    const { cacheDirectory, fetchRemotes } = options;
    const remotes = artifact ? NO_REMOTES : await resolveRemotes(plan, cacheDirectory, fetchRemotes);
    const sources = await (artifact ? openBlobs(artifact.directory, plan) : openSources(rootfs, plan, remotes));
    try {
      const found = await readApp(planner, options, planKey, plan, sources);
      const inputs = sources.flatMap((source) => [source, ...source.dependencies]);
      const own = artifact ? [] : [MANIFEST_PATH, ...inputs.flatMap(({ path }) => (path.startsWith('/') ? path : []))];
      return { ...found, plan: planFolder(options, planKey), files: own, remotes: remotes.directories };
    } finally {
      await closeSources(sources);
    }
  } finally {
    await planner.close();
  }
}

function planFolder({ cacheDirectory }: PrepareOptions, key: string): string {
  return join(cacheDirectory, 'plans', key);
}

/** The plan of an app, from `<cache>/plans/<key>/plan.json` or made now. */
async function readPlan(planner: Planner, options: PrepareOptions, key: string, source: AppSource): Promise<AppPlan> {
  const directory = planFolder(options, key);
  const cached = (await readContents(directory)) && (await readEntry(join(directory, 'plan.json')));
  if (cached) return cached as AppPlan;
  const plan = await planner.planApp(source, { retain: [...(options.retain ?? [])] });
  await writeEntry(options.cacheDirectory, directory, 'plan.json', formatJson(plan));
  return plan;
}

async function readManifestSource(rootfs: string): Promise<AppSource> {
  return { tag: 'manifest', val: { name: MANIFEST_PATH, text: await readManifest(rootfs) } };
}

async function readApp(
  planner: Planner,
  { cacheDirectory: cache, artifact }: PrepareOptions,
  planKey: string,
  plan: AppPlan,
  sources: readonly OpenSource[],
): Promise<Pick<PrepareResult, 'app' | 'directory'>> {
  const keys = sources.map(({ component, sha256, dependencies }) => [
    component.id,
    planner.keyOf(sha256, dependencies),
  ]);
  const directory = join(cache, 'apps', digestOf(['app', 2, planKey, keys, artifact?.filesMount]));
  const cached = await readPreparedApp(cache, directory);
  if (cached) return { app: cached, directory };
  const components = await prepareComponents(planner, plan, sources);
  const isDynamic = routesOf(plan).some(({ target }) => target.tag === 'dynamic');
  const runtime = isDynamic && planner.runtimeKey !== null ? { key: planner.runtimeKey } : null;
  if (artifact) await writeAssets(cache, artifact.directory, plan);
  const files = new Set(plan.components.flatMap(({ assets }) => filesKeyOf(assets) ?? []));
  const mounted = artifact ? mountAssets(plan, artifact.filesMount) : plan;
  const app: PreparedApp = { plan: mounted, components, files: [...files], runtime };
  await writeEntry(cache, directory, APP_FILE, formatPreparedApp(app));
  return { app, directory };
}

/** Prepares all, one after the other. Throws `PlanRefusedError` with what is wrong with each of them. */
async function prepareComponents(
  planner: Planner,
  plan: AppPlan,
  sources: readonly OpenSource[],
): Promise<PreparedComponentRef[]> {
  const components: PreparedComponentRef[] = [];
  const problems: Diagnostic[] = [];
  for (const source of sources) {
    try {
      components.push(await prepareComponent(planner, plan, source));
    } catch (error) {
      if (!(error instanceof PlanRefusedError)) throw error;
      problems.push(...error.diagnostics);
    }
  }
  if (problems.length > 0) throw new PlanRefusedError(problems);
  return components;
}

async function prepareComponent(planner: Planner, plan: AppPlan, source: OpenSource): Promise<PreparedComponentRef> {
  const { component, path, sha256, dependencies } = source;
  const key = planner.keyOf(sha256, dependencies);
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

/** Says of a component that cannot be linked, or of its dependency, where the manifest names it. */
function locate(error: PlanRefusedError, { component, path, dependencies }: OpenSource): PlanRefusedError {
  return new PlanRefusedError(
    error.diagnostics.map(({ severity, field = 'source', message, fix }) => {
      const linked = dependencies.find(({ dependency }) => field === dependencyField(dependency.name));
      const location = linked ? linked.dependency.location : component.location;
      const at = { file: MANIFEST_PATH, ...location, field: `component.${component.id}.${field}` };
      return { severity, ...at, message: `${linked ? linked.path : path}: ${message}`, fix };
    }),
  );
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
