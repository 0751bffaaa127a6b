// Metadata of a ttrpc request: a map to people, repeated pairs on the wire.
import type { KeyValue } from '../gen/ttrpc.ts';

/** The values of each key, in their order; keys are lower case. */
export type Metadata = ReadonlyMap<string, readonly string[]>;

/** Gathers the pairs of a request. */
export function metadataFromPairs(pairs: readonly KeyValue[]): Metadata {
  const metadata = new Map<string, string[]>();
  for (const { key, value } of pairs) {
    const values = metadata.get(key.toLowerCase());
    if (values) values.push(value);
    else metadata.set(key.toLowerCase(), [value]);
  }
  return metadata;
}

/** Spreads metadata into the pairs of a request. */
export function pairsFromMetadata(metadata: Metadata): KeyValue[] {
  return [...metadata].flatMap(([key, values]) => values.map((value) => ({ key: key.toLowerCase(), value })));
}
