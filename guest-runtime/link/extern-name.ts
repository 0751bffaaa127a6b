// The names that components give: labels of parts of types, and names of imports and exports.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#import-and-export-definitions

const WORD = '(?:[a-z][0-9a-z]*|[A-Z][0-9A-Z]*)';
const LABEL = `${WORD}(?:-(?:[0-9a-z]+|[0-9A-Z]+))*`;
const VERSION = '@[0-9A-Za-z.+-]+';

const label = new RegExp(`^${LABEL}$`);
const plainName = new RegExp(`^(?:\\[constructor\\])?${LABEL}$|^\\[(?:method|static)\\]${LABEL}\\.${LABEL}$`);
const interfaceName = new RegExp(`^(?:${LABEL}:)+${LABEL}(?:/${LABEL})*(?:${VERSION})?$`);
/** Where to find what is imported: a package by its name, a file by its address or hash. */
const reference = /^(?:(?:un)?locked-dep|url|integrity)=<.+>$/;

/** Whether a name is one of a field, case, flag or parameter: words of one case each, with hyphens. */
export function isLabel(name: string): boolean {
  return label.test(name);
}

/** Whether a name is one of an import or export, such as `run`, `[method]fields.get` or `wasi:io/streams@0.2.3`. */
export function isExternName(name: string): boolean {
  return plainName.test(name) || interfaceName.test(name) || reference.test(name);
}

/**
 * Returns what must differ between the names of two imports, or exports, of one component or instance: names that differ in case alone
 * are the same, and so are a method and a static function, or a resource and a method of its name.
 */
export function distinctionOf(name: string): string {
  const lower = name.toLowerCase();
  const [, resource, member] = /^\[(?:method|static)\]([^.]+)\.(.+)$/.exec(lower) ?? [];
  if (resource === undefined) return lower;
  return resource === member ? resource : `${resource}.${member}`;
}
