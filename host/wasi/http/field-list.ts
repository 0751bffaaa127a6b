// Header and trailer fields as node:http has them raw: one flat list of names and values in turn. Here names are in lower case.

/** Names and values in turn. */
export type FieldList = readonly string[];

/** Returns the values of a field in their order. */
export function valuesOf(list: FieldList, name: string): string[] {
  return list.filter((_, index) => index % 2 === 1 && list[index - 1] === name);
}

/** Tells whether a field is there. */
export function hasField(list: FieldList, name: string): boolean {
  for (let index = 0; index < list.length; index += 2) if (list[index] === name) return true;
  return false;
}

/** Returns the list without the fields whose name `isUnwanted`. */
export function withoutFields(list: FieldList, isUnwanted: (name: string) => boolean): string[] {
  const kept: string[] = [];
  for (const [name, value] of pairsOf(list)) if (!isUnwanted(name)) kept.push(name, value);
  return kept;
}

/** Returns names and values in pairs. */
export function pairsOf(list: FieldList): [string, string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < list.length; index += 2) {
    pairs.push([list[index] as string, list[index + 1] as string]);
  }
  return pairs;
}
