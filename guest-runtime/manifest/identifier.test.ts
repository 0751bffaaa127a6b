import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  isKebabName,
  isLowerSnakeName,
  isPackageName,
  isStoreLabel,
  suggestKebabName,
  suggestLowerSnakeName,
} from './identifier.ts';

type Predicate = (text: string) => boolean;

const tables: [name: string, predicate: Predicate, yes: string[], no: string[]][] = [
  [
    'isKebabName',
    isKebabName,
    ['a', 'hello', 'hello-world', 'a1-b2', 'API-v2', 'ABC', 'a-B'],
    ['', '-a', 'a-', 'a--b', '1a', 'a-1', 'aB', 'Hello', 'a_b', 'a b', 'é', 'a.b'],
  ],
  [
    'isLowerSnakeName',
    isLowerSnakeName,
    ['a', 'a1', 'api_host', 'a_b_c2'],
    ['', '_a', 'a_', 'a__b', '1a', 'a_1', 'A', 'aB', 'a-b', 'ä'],
  ],
  ['isStoreLabel', isStoreLabel, ['default', 'my-store', 'my_store', 'A_B'], ['', 'b@d', 'my-store_two', 'camelCase']],
  [
    'isPackageName',
    isPackageName,
    ['a:b', 'wasi:http', 'my-org:my-lib2'],
    ['', 'a', 'a:', ':b', 'a:b:c', 'a:b/c', 'A b:c', 'a:b-'],
  ],
];
for (const [name, predicate, yes, no] of tables) {
  const names = suite(name);
  for (const text of yes) names(`takes ${JSON.stringify(text)}`, () => assert.is(predicate(text), true));
  for (const text of no) names(`refuses ${JSON.stringify(text)}`, () => assert.is(predicate(text), false));
  names.run();
}

const suggest = suite('suggestKebabName');
for (const [text, name] of [
  ['Hello_World', 'hello-world'],
  ['a  b', 'a-b'],
  ['__', ''],
  ['1st', ''],
] as const) {
  suggest(`makes ${JSON.stringify(name)} of ${JSON.stringify(text)}`, () => assert.is(suggestKebabName(text), name));
}
suggest.run();

const suggestSnake = suite('suggestLowerSnakeName');
suggestSnake('makes api_host of API-Host', () => assert.is(suggestLowerSnakeName('API-Host'), 'api_host'));
suggestSnake('has nothing to suggest for a number', () => assert.is(suggestLowerSnakeName('12'), ''));
suggestSnake.run();
