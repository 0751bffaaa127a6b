import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Template } from '../../host/gen/runtime.ts';
import { fillTemplate, parseTemplate, variablesOf } from './template.ts';

const literal = (val: string) => ({ tag: 'literal', val }) as const;
const variable = (val: string) => ({ tag: 'variable', val }) as const;

const parsing = suite('parseTemplate');

const templates: [text: string, template: Template][] = [
  ['', [literal('')]],
  ['plain', [literal('plain')]],
  ['{{x}}', [variable('x')]],
  ['{{ x }}', [variable('x')]],
  ['a{{ x }}b{{y_1}}', [literal('a'), variable('x'), literal('b'), variable('y_1')]],
  ['{{x}}{{y}}', [variable('x'), variable('y')]],
  ['}} {x}', [literal('}} {x}')]],
  ['{{ a_1b }}', [variable('a_1b')]],
];
for (const [text, template] of templates) {
  parsing(`takes ${JSON.stringify(text)}`, () => assert.equal(parseTemplate(text), template));
}

const problems: [text: string, message: string][] = [
  ['{{ x', "unmatched '{{' in template"],
  ['{{x}} {{', "unmatched '{{' in template"],
  ['{{}}', '"" is not a variable name'],
  ['{{ X }}', '"X" is not a variable name'],
  ['{{ a__b }}', '"a__b" is not a variable name'],
  ['{{ a_ }}', '"a_" is not a variable name'],
  ['{{ 1a }}', '"1a" is not a variable name'],
  ['{{ a-b }}', '"a-b" is not a variable name'],
];
for (const [text, message] of problems) {
  parsing(`refuses ${JSON.stringify(text)}`, () => {
    const problem = parseTemplate(text);
    assert.is('message' in problem && problem.message, message);
  });
}

parsing.run();

const names = suite('variablesOf');
names('lists them in their order, again and again', () => {
  assert.equal(variablesOf([variable('b'), literal('-'), variable('a'), variable('b')]), ['b', 'a', 'b']);
});
names.run();

const filling = suite('fillTemplate');
const template = [literal('a'), variable('x'), literal('b')];
filling('puts values in', () => assert.is(fillTemplate(template, new Map([['x', '-']])), 'a-b'));
filling('takes an empty value', () => assert.is(fillTemplate(template, new Map([['x', '']])), 'ab'));
filling('gives nothing where a value is missing', () => assert.is(fillTemplate(template, new Map()), undefined));
filling.run();
