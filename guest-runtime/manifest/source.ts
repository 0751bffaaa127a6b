// Reads where a component's binary comes from (https://spinframework.dev/writing-apps#the-component-source).

import type { ComponentSource } from '../../host/gen/runtime.ts';
import type { Located } from './diagnostics.ts';
import { isPackageName } from './identifier.ts';
import type { TableReader } from './reader.ts';
import { isVersion } from './version.ts';

/** Reads `source` of a component's table; undefined when it is missing or malformed, which is noted. */
export function readSource(table: TableReader): Located<ComponentSource> | undefined {
  const value = table.required('source', 'add `source` with the path of a wasm file');
  if (!value) return undefined;
  if (value.type === 'string') {
    if (value.value !== '') return { ...value, value: { tag: 'path', val: value.value } };
    table.diagnostics.error(value, '`source` is empty', 'write the path of a wasm file');
    return undefined;
  }
  if (value.type !== 'table') {
    const fix = 'write a path, `{ url, digest }`, or `{ package, version }`';
    table.diagnostics.error(value, 'expected a string or a table', fix);
    return undefined;
  }
  const source = table.open(value);
  const read = source && (source.has('url') ? readUrlSource(source) : readRegistrySource(source));
  source?.finish();
  return read && { ...value, value: read };
}

/** Reads `url` and `digest`. */
export function readUrlSource(source: TableReader): ComponentSource | undefined {
  const url = source.string('url');
  source.required('digest', 'add `digest = "sha256:…"`');
  const digest = source.string('digest');
  if (!url || !digest) return undefined;
  if (!/^https?:\/\/[^/]/.test(url.value)) {
    source.diagnostics.error(
      url,
      `${JSON.stringify(url.value)} is not a URL to download from`,
      'start it with `https://`',
    );
    return undefined;
  }
  if (!/^sha256:[0-9a-f]{64}$/.test(digest.value)) {
    source.diagnostics.error(digest, 'not a digest', 'write `sha256:` and 64 hexadecimal digits in lower case');
    return undefined;
  }
  return { tag: 'url', val: { url: url.value, digest: digest.value } };
}

function readRegistrySource(source: TableReader): ComponentSource | undefined {
  const registry = source.string('registry');
  source.required('package', 'add `package`, or `url` and `digest`');
  source.required('version');
  const name = source.string('package');
  const version = source.string('version');
  if (!name || !version) return undefined;
  if (!isPackageName(name.value)) {
    source.diagnostics.error(name, `${JSON.stringify(name.value)} is not a package`, 'write `namespace:package`');
  }
  if (!isVersion(version.value)) {
    source.diagnostics.error(
      version,
      `${JSON.stringify(version.value)} is not a version`,
      'write all of it, such as `1.2.3`',
    );
  }
  return { tag: 'registry', val: { registry: registry?.value, package: name.value, version: version.value } };
}
