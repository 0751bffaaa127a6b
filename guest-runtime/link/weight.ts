// How much work a definition is to carry out: what is counted against the bound of a plan. A component can be instantiated many times
// over, and each time all that its definitions list is gone through again.

import type { Definition, TypeDefinition } from './definition.ts';

/** So many characters of names weigh as much as one thing. */
const CHARACTERS = 64;

/** Returns the weight of a definition: 1, and what it lists. */
export function weightOf(definition: Definition): number {
  switch (definition.kind) {
    case 'core-instantiate':
    case 'instantiate':
      return 1 + weightOfNamed(definition.args);
    case 'core-exports':
    case 'exports':
      return 1 + weightOfNamed(definition.exports);
    case 'type':
      return 1 + weightOfType(definition.type);
    case 'alias-export':
    case 'alias-core-export':
    case 'import':
    case 'export':
    case 'export-declaration':
      return 1 + weightOfText(definition.name);
    default:
      return 1;
  }
}

/** Returns the weight of names beside what they name. */
export function weightOfText(...names: readonly string[]): number {
  return names.reduce((sum, name) => sum + Math.floor(name.length / CHARACTERS), 0);
}

function weightOfType(type: TypeDefinition): number {
  switch (type.kind) {
    case 'record':
      return weightOfNamed(type.fields);
    case 'variant':
      return weightOfNamed(type.cases);
    case 'func':
      return weightOfNamed(type.params);
    case 'tuple':
      return type.elements.length;
    case 'flags':
    case 'enum':
      return type.names.length + type.names.reduce((sum, name) => sum + weightOfText(name), 0);
    default:
      // The declarations of instances and components weigh when they are gone through.
      return 0;
  }
}

function weightOfNamed(entries: readonly { readonly name: string }[]): number {
  return entries.reduce((sum, { name }) => sum + 1 + weightOfText(name), 0);
}
