// Turns one component of a manifest into its part of the plan: what it may reach, what it is given, which files it sees.

import type { AllowedHost, ComponentPlan, FileMount, Location, Template } from '../../host/gen/runtime.ts';
import type { ManifestComponent, ManifestFiles } from '../manifest/component.ts';
import type { Diagnostics, Located, Place } from '../manifest/diagnostics.ts';
import { parseAllowedHost } from '../policy/allowed-host.ts';
import { convertAllowedHttpHost } from '../policy/allowed-http-host.ts';
import { expandServiceChaining } from '../policy/service-chaining.ts';
import { planDependencies } from './dependency-plan.ts';
import { fillTemplate, parseTemplate, variablesOf } from './template.ts';

/** What a component's plan depends on beside the component. */
export type AppScope = {
  /** The manifest's name in diagnostics and locations. */
  readonly file: string;
  /** All components of the app, by id. */
  readonly components: ReadonlyMap<string, ManifestComponent>;
  /** The declared variables with their defaults; undefined where one is required. */
  readonly variables: ReadonlyMap<string, string | undefined>;
};

/** Plans a component; null when its source is missing or malformed, which is noted already. */
export function planComponent(
  component: ManifestComponent,
  scope: AppScope,
  diagnostics: Diagnostics,
): ComponentPlan | null {
  const variables = [...component.variables].flatMap(([name, { value }]): [string, Template][] => {
    const template = readTemplate(value, scope, diagnostics);
    return template ? [[name, template]] : [];
  });
  const files = component.files.flatMap((mount) => planFiles(mount, scope, diagnostics));
  const allowedOutboundHosts = planAllowedHosts(component, scope, diagnostics);
  const dependencies = planDependencies(component, scope, diagnostics);
  if (!component.source) return null;
  return {
    id: component.id.value,
    description: component.description,
    source: component.source.value,
    location: locationOf(component.source, scope),
    dependencies,
    environment: [...component.environment].map(([name, { value }]) => [name, value.value]),
    variables,
    files,
    assets: [...component.assets],
    allowedOutboundHosts,
    keyValueStores: [...component.keyValueStores],
    sqliteDatabases: [...component.sqliteDatabases],
    aiModels: [...component.aiModels],
  };
}

function locationOf(place: Place, scope: AppScope): Location {
  return { file: scope.file, line: place.at.line, column: place.at.column };
}

/** Parses a template and notes every variable in it that the app does not declare. */
function readTemplate(text: Located<string>, scope: AppScope, diagnostics: Diagnostics): Template | undefined {
  const template = parseTemplate(text.value);
  if ('message' in template) {
    diagnostics.error(text, template.message, template.fix);
    return undefined;
  }
  for (const name of variablesOf(template)) {
    if (scope.variables.has(name)) continue;
    const fix = `declare it: \`[variables]\` with \`${name} = { required = true }\` or a \`default\``;
    diagnostics.error(text, `unknown variable ${JSON.stringify(name)}`, fix);
  }
  return template;
}

/** An image's files are mounted as they are, directory by directory. */
function planFiles(mount: Located<ManifestFiles>, scope: AppScope, diagnostics: Diagnostics): FileMount[] {
  const { source, destination = source } = mount.value;
  if (/[*?[\]]/.test(source)) {
    const fix = 'name a directory of the image, or `{ source = "directory", destination = "/path" }`';
    diagnostics.error(mount, `only directories can be mounted from an image, not ${JSON.stringify(source)}`, fix);
    return [];
  }
  if (source === '') {
    diagnostics.error(mount, 'the source of files is empty', 'name a directory of the image');
    return [];
  }
  return [{ source, destination: absoluteGuestPath(destination), location: locationOf(mount, scope) }];
}

/** Writes a guest path from the root, without `.`, `..` and repeated slashes. */
function absoluteGuestPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

function planAllowedHosts(component: ManifestComponent, scope: AppScope, diagnostics: Diagnostics): AllowedHost[] {
  const entries = [...component.allowedOutboundHosts, ...convertHttpHosts(component, diagnostics)];
  return entries.flatMap((entry) => planAllowedHost(entry, scope, diagnostics));
}

function convertHttpHosts(component: ManifestComponent, diagnostics: Diagnostics): Located<string>[] {
  const converted = component.allowedHttpHosts.flatMap((entry) => {
    const entries = convertAllowedHttpHost(entry.value);
    if (!entries)
      diagnostics.error(entry, `${JSON.stringify(entry.value)} is not a host`, 'write `host` or `host:port`');
    return (entries ?? []).map((value) => ({ ...entry, value }));
  });
  const [first] = component.allowedHttpHosts;
  if (first) {
    const list = JSON.stringify(converted.map(({ value }) => value));
    diagnostics.warning(first, '`allowed_http_hosts` is deprecated', `use \`allowed_outbound_hosts = ${list}\``);
  }
  return converted;
}

/** A literal entry becomes rules; one with variables stays a template, checked with the defaults where all have one. */
function planAllowedHost(entry: Located<string>, scope: AppScope, diagnostics: Diagnostics): AllowedHost[] {
  const template = readTemplate(entry, scope, diagnostics);
  if (!template) return [];
  const isTemplate = variablesOf(template).length > 0;
  const defaults = new Map(
    [...scope.variables].flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  const text = fillTemplate(template, defaults);
  // An entry that empty defaults reduce to nothing, or to a bare scheme, allows nothing and is no mistake.
  if (text === undefined || (isTemplate && ['', 'http://', 'https://'].includes(text))) {
    return [{ tag: 'template', val: template }];
  }
  const rule = parseAllowedHost(text);
  if ('message' in rule) {
    diagnostics.error(
      entry,
      isTemplate ? `with the defaults of its variables: ${rule.message}` : rule.message,
      rule.fix,
    );
    return [];
  }
  if (isTemplate) return [{ tag: 'template', val: template }];
  return expandServiceChaining(rule, [...scope.components.keys()]).map((val) => ({ tag: 'rule', val }));
}
