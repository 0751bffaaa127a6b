// Prepares apps for worker tests in a temporary folder, without the plan process: components are linked or transpiled right here.

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { $init, generate } from '@bytecodealliance/jco-transpile/component';
import { createPlanWithoutGrants } from '../../../guest-runtime/app/no-grants.ts';
import { linkComponent } from '../../../guest-runtime/link/linker.ts';
import type { Engine } from '../../engine/engine.ts';
import { createLinkFiles } from '../../engine/link/files.ts';
import type { AppPlan, ComponentPlan, HttpRoute, RouteSegment } from '../../gen/runtime.ts';
import { createTranspiledFiles } from '../../plan/component-files.ts';
import { formatPreparedApp, type PreparedApp } from '../../plan/prepared-app.ts';
import { type WorkerConfig, type WorkerPaths, workerPathsIn } from '../config.ts';

/** What the guest runtime would choose in a test app. */
const HANDLER = /handler|inbound-http|wasi:cli\/run/;

/** A prepared app on disk. */
export type PreparedAppFixture = {
  /** What the shim would mount into the container. */
  readonly mount: string;
  readonly paths: WorkerPaths;
  readonly app: PreparedApp;
  /** A file as a kubelet mounts it into a container. */
  readonly terminationMessagePath: string;
  readonly remove: () => Promise<void>;
};

/** Reads the component of one of the apps in `fixtures/`. */
export function readComponent(name: string): Promise<Uint8Array> {
  return readFile(join(import.meta.dirname, '../../../fixtures/apps', name));
}

/** Returns the plan of a component that is granted nothing but `grants`. */
export function createComponentPlan(id: string, grants: Partial<ComponentPlan> = {}): ComponentPlan {
  return { ...createPlanWithoutGrants(id), ...grants };
}

/** Returns a route to a component; by default the one that matches everything. */
export function createRoute(id: string, pattern: RouteSegment[] = [{ tag: 'wildcard' }], raw = '/...'): HttpRoute {
  return {
    triggerId: `trigger-${id}`,
    pattern,
    target: { tag: 'component', val: id },
    executor: 'http',
    rawRoute: raw,
    matchedRoute: raw,
    componentRoute: raw.replace(/\/\.\.\.$/, ''),
  };
}

/** Returns the plan of an app. */
export function createAppPlan(components: ComponentPlan[], routes: HttpRoute[], more: Partial<AppPlan> = {}): AppPlan {
  return {
    name: 'test-app',
    version: '1.2.3',
    description: '',
    variables: [],
    triggers: [{ tag: 'http', val: { routes } }],
    components,
    warnings: [],
    ...more,
  };
}

/** Prepares an app. `binaries` has the bytes of each component of the plan by its id. */
export async function prepareTestApp(
  plan: AppPlan,
  binaries: Readonly<Record<string, Uint8Array>>,
  engine: Engine['name'],
  environment: Readonly<Record<string, string>> = {},
): Promise<PreparedAppFixture> {
  const mount = await mkdtemp(join(tmpdir(), 'worker-'));
  const paths = workerPathsIn(mount);
  const components = await Promise.all(
    plan.components.map(async ({ id }) => {
      const bytes = binaries[id];
      if (bytes === undefined) throw new Error(`no binary for component ${id}`);
      await writeComponent(join(paths.components, id), bytes, engine);
      const handler = linkComponent(bytes).exports.find((name) => HANDLER.test(name)) ?? null;
      return { id, key: id, engine, handler };
    }),
  );
  const app: PreparedApp = { plan, components, files: [], runtime: null };
  await mkdir(paths.app, { recursive: true });
  await writeFile(join(paths.app, 'app.json'), formatPreparedApp(app));
  const terminationMessagePath = join(mount, 'termination-message');
  const config: WorkerConfig = {
    containerId: 'test',
    environment,
    args: [],
    terminationMessagePath,
    memoryLimitBytes: null,
    processors: null,
  };
  await writeFile(paths.config, JSON.stringify(config));
  await writeFile(terminationMessagePath, '');
  return { mount, paths, app, terminationMessagePath, remove: () => rm(mount, { recursive: true }) };
}

async function writeComponent(directory: string, bytes: Uint8Array, engine: Engine['name']): Promise<void> {
  await mkdir(directory, { recursive: true });
  const files = engine === 'link' ? createLinkFiles(linkComponent(bytes), [bytes]) : await transpile(bytes);
  for (const { name, bytes } of files) await writeFile(join(directory, name), bytes);
}

async function transpile(bytes: Uint8Array) {
  await $init;
  return createTranspiledFiles(generate, bytes, linkComponent(bytes));
}
