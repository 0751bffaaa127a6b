// Turns a manifest or a locked app into an app plan, or into a list of everything that is wrong with it.

import type { AppPlan, AppSource, Diagnostic, PlanOptions } from '../../host/gen/runtime.ts';
import { checkHttpSettings, planHttpRoutes } from '../dispatch/http.ts';
import { Diagnostics } from '../manifest/diagnostics.ts';
import { parseLockedApp } from '../manifest/locked-app.ts';
import { type Manifest, parseManifest } from '../manifest/manifest.ts';
import { planComponent } from './component-plan.ts';
import { normalizeManifest } from './normalize.ts';
import { retainComponents } from './retain.ts';

/** The types of triggers that an app may have. */
const SUPPORTED_TRIGGERS: readonly string[] = ['http'];

/** Plans an app. The list of diagnostics that takes a plan's place holds errors, and the warnings beside them. */
export function planApp(source: AppSource, options: PlanOptions): AppPlan | Diagnostic[] {
  const { name: file, text } = documentOf(source);
  const diagnostics = new Diagnostics(file);
  const manifest = source.tag === 'manifest' ? parseManifest(text, diagnostics) : parseLockedApp(text, diagnostics);
  const plan = manifest && planManifest(manifest, file, diagnostics);
  if (!plan || diagnostics.hasErrors) return [...diagnostics.list('error'), ...diagnostics.list('warning')];
  return retainComponents({ ...plan, warnings: diagnostics.list('warning') }, options.retain, file);
}

/** The text to read. A component by itself is an app that sends every request to it and that is allowed nothing. */
function documentOf(source: AppSource): { readonly name: string; readonly text: string } {
  if (source.tag !== 'component') return source.val;
  const component = 'http-trigger1-component';
  const app = {
    spin_lock_version: 0,
    metadata: { name: source.val },
    triggers: [{ id: 'http-trigger1', trigger_type: 'http', trigger_config: { route: '/...', component } }],
    components: [{ id: component, source: { digest: source.val } }],
  };
  return { name: source.val, text: JSON.stringify(app) };
}

function planManifest(manifest: Manifest, file: string, diagnostics: Diagnostics): Omit<AppPlan, 'warnings'> {
  const { triggers, components } = normalizeManifest(manifest, diagnostics);
  refuseTriggers(manifest, diagnostics);
  const httpSettings = manifest.triggerSettings.get('http');
  if (httpSettings) checkHttpSettings(httpSettings);
  const routes = planHttpRoutes(
    triggers.filter(({ type }) => type === 'http'),
    diagnostics,
  );
  const scope = {
    file,
    components: new Map(components.map((component) => [component.id.value, component])),
    variables: new Map(manifest.variables.map((variable) => [variable.name, variable.default])),
  };
  return {
    name: manifest.name,
    version: manifest.version,
    description: manifest.description,
    variables: manifest.variables.map(({ name, default: preset, secret }) => ({ name, default: preset, secret })),
    triggers: [{ tag: 'http', val: { routes } }],
    components: components.flatMap((component) => planComponent(component, scope, diagnostics) ?? []),
  };
}

function refuseTriggers(manifest: Manifest, diagnostics: Diagnostics): void {
  const supported = SUPPORTED_TRIGGERS.join(', ');
  for (const trigger of manifest.triggers) {
    if (SUPPORTED_TRIGGERS.includes(trigger.type)) continue;
    const message = `trigger type ${JSON.stringify(trigger.type)} is not supported`;
    diagnostics.error(trigger, message, `supported: ${supported}`);
  }
}
