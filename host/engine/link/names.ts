// How names of WIT become names of JavaScript in jco's calling convention.

/** Where a host function is found in the object of its interface. */
export type HostFunctionName =
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'constructor'; readonly resource: string }
  | { readonly kind: 'method' | 'static'; readonly resource: string; readonly name: string };

/** Returns `outgoingBody` for `outgoing-body`. */
export function lowerCamelCase(name: string): string {
  return name
    .split('-')
    .map((word, at) => {
      const rest = word.slice(1).toLowerCase();
      return (at === 0 ? word.slice(0, 1).toLowerCase() : word.slice(0, 1).toUpperCase()) + rest;
    })
    .join('');
}

/** Returns `OutgoingBody` for `outgoing-body`. */
export function upperCamelCase(name: string): string {
  const camel = lowerCamelCase(name);
  return camel.slice(0, 1).toUpperCase() + camel.slice(1);
}

/** Parses a function's name in WIT, such as `[method]output-stream.check-write`. */
export function parseFunctionName(name: string): HostFunctionName {
  const match = /^\[(constructor|method|static)\]([^.]+)(?:\.(.+))?$/.exec(name);
  if (match === null) return { kind: 'function', name: lowerCamelCase(name) };
  const [, kind, resource = '', member = ''] = match;
  if (kind === 'constructor') return { kind, resource: upperCamelCase(resource) };
  return {
    kind: kind === 'method' ? 'method' : 'static',
    resource: upperCamelCase(resource),
    name: lowerCamelCase(member),
  };
}
