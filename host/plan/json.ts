// JSON for plans. JSON has no bytes: a `Uint8Array` becomes `{ "$bytes": base64 }` and comes back as one.

/** Formats a value made of plain data and `Uint8Array`s. */
export function formatJson(value: unknown): string {
  return JSON.stringify(value, (_, item) => (item instanceof Uint8Array ? { $bytes: item.toBase64() } : item));
}

/** Parses what `formatJson` wrote. Throws a `SyntaxError` on anything that is not JSON. */
export function parseJson(text: string): unknown {
  return JSON.parse(text, (_, item) => (typeof item?.$bytes === 'string' ? Uint8Array.fromBase64(item.$bytes) : item));
}
