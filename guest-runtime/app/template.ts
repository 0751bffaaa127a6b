// Parses text with `{{ variable }}` parts, as component variables and allowed hosts hold it. There is no way to write a literal `{{`.

import type { Template, TemplatePart } from '../../host/gen/runtime.ts';

/** A template that cannot be parsed: `message` says why, `fix` how to mend it. */
export type TemplateProblem = { readonly message: string; readonly fix: string };

/** What a variable may be called where it is used: looser than where it is declared, because a digit may start a word. */
const KEY = /^[a-z](?:_?[a-z0-9])*$/;

/** Parses a template. */
export function parseTemplate(text: string): Template | TemplateProblem {
  const parts: TemplatePart[] = [];
  let rest = text;
  for (;;) {
    const open = rest.indexOf('{{');
    if (open < 0) break;
    const close = rest.indexOf('}}', open + 2);
    if (close < 0) return { message: "unmatched '{{' in template", fix: 'close it with `}}`' };
    const name = rest.slice(open + 2, close).trim();
    if (!KEY.test(name)) {
      const fix = 'write `{{ name }}` with lower-case letters, digits and single `_`, starting with a letter';
      return { message: `${JSON.stringify(name)} is not a variable name`, fix };
    }
    if (open > 0) parts.push({ tag: 'literal', val: rest.slice(0, open) });
    parts.push({ tag: 'variable', val: name });
    rest = rest.slice(close + 2);
  }
  if (rest !== '' || parts.length === 0) parts.push({ tag: 'literal', val: rest });
  return parts;
}

/** The names of the variables in a template. */
export function variablesOf(template: Template): string[] {
  return template.flatMap((part) => (part.tag === 'variable' ? part.val : []));
}

/** Fills a template in; undefined when a variable has no value. */
export function fillTemplate(template: Template, values: ReadonlyMap<string, string>): string | undefined {
  const parts = template.map((part) => (part.tag === 'literal' ? part.val : values.get(part.val)));
  return parts.includes(undefined) ? undefined : parts.join('');
}
