// The types of a link plan as text in the manner of WIT, so that those of two plans can be compared and shown to people.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/WIT.md#types
// A type that is made of others names them by their numbers in a table, `list<#3>`: written out, types can be larger than any memory.

import { compatibleName } from '../../guest-runtime/link/interface-name.ts';
import type { LinkPlan, PlanFunctionType, PlanType, TypeIndex } from '../gen/runtime.ts';

/** How deep types are written out for people, and how long. */
const SHOWN_DEPTH = 6;
const SHOWN_LENGTH = 240;

/** Texts of types, each once. Two types are the same when they have the same number. */
export class TypeTexts {
  readonly texts: string[] = [];
  readonly #numbers = new Map<string, number>();

  /** Starts with types that have numbers already. */
  constructor(known: readonly string[] = []) {
    for (const text of known) this.add(text);
  }

  /** Returns the number of a type, which it adds when it is new. */
  add(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const number = this.texts.push(text) - 1;
    this.#numbers.set(text, number);
    return number;
  }

  /** Writes numbers out, as far as people care to read. */
  show(text: string): string {
    let shown = text;
    for (let depth = 0; depth < SHOWN_DEPTH && shown.length < SHOWN_LENGTH && shown.includes('#'); depth++) {
      shown = shown.replaceAll(/#(\d+)/g, (_, number) => shorten(this.texts[Number(number)] ?? '…'));
    }
    return shorten(shown.replaceAll(/#\d+/g, '…'));
  }
}

function shorten(text: string): string {
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
}

/** Returns a function that writes a function type of `plan`, such as `(string, #4) -> u32`. Names of parameters are for people alone. */
export function createFunctionFormatter(plan: LinkPlan, texts: TypeTexts): (type: PlanFunctionType) => string {
  const parts: string[] = [];
  for (const type of plan.types) parts.push(formatPart(type, plan, parts, texts));
  return ({ params, result }) => {
    const list = params.map(({ type }) => parts[type]).join(', ');
    return result === undefined ? `(${list})` : `(${list}) -> ${parts[result]}`;
  };
}

/** Writes a type as it stands in another one: by its name where it has one. */
function formatPart(type: PlanType, plan: LinkPlan, parts: readonly string[], texts: TypeTexts): string {
  switch (type.tag) {
    case 'primitive':
      return type.val;
    case 'own':
    case 'borrow':
      return `${type.tag}<${formatResource(plan, type.val)}>`;
    default:
      return `#${texts.add(formatType(type, (index) => parts[index] ?? 'nothing'))}`;
  }
}

function formatResource(plan: LinkPlan, index: number): string {
  const resource = plan.resources[index];
  if (resource?.tag !== 'host') return `resource ${index} of the component`;
  return `${compatibleName(resource.val.interface)}.${resource.val.name}`;
}

type Compound = Exclude<PlanType, { tag: 'primitive' | 'own' | 'borrow' }>;

function formatType(type: Compound, part: (index: TypeIndex) => string): string {
  switch (type.tag) {
    case 'record':
      return `record { ${type.val.map((field) => `${field.name}: ${part(field.type)}`).join(', ')} }`;
    case 'variant': {
      const cases = type.val.map(({ name, type: of }) => (of === undefined ? name : `${name}(${part(of)})`));
      return `variant { ${cases.join(', ')} }`;
    }
    case 'flags':
    case 'enum':
      return `${type.tag} { ${type.val.join(', ')} }`;
    case 'list':
    case 'option':
      return `${type.tag}<${part(type.val)}>`;
    case 'tuple':
      return `tuple<${type.val.map((element) => part(element.type)).join(', ')}>`;
    default: {
      const { ok, error } = type.val;
      if (error === undefined) return ok === undefined ? 'result' : `result<${part(ok)}>`;
      return `result<${ok === undefined ? '_' : part(ok)}, ${part(error)}>`;
    }
  }
}
