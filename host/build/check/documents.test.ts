import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findDocumentFaults, parseMakeTargets } from './documents.ts';

const inventory = {
  hasPath: (path: string) => ['host/main.ts', 'host/shim/', 'docs/other.md'].includes(path),
  makeTargets: new Set(['test']),
};
const check = (text: string, path = 'README.md'): string[] => findDocumentFaults(path, text, inventory);

const documents = suite('findDocumentFaults');

documents('accepts paths and targets that are there', () => {
  assert.equal(check('See `host/main.ts` and `host/shim/`; run `make test`; make sure; [other](docs/other.md)'), []);
});

documents('finds a path that is not there', () => {
  assert.equal(check('See `host/absent.ts`'), ['README.md: names host/absent.ts, which does not exist']);
});

documents('leaves placeholders and what is built alone', () => {
  assert.equal(check('`host/<room>/` writes `bench/results.json`'), []);
});

documents('finds a target that is not there, in a span or a block', () => {
  assert.is(check('Run `make absent`').length, 1);
  assert.is(check('    make absent').length, 1);
});

documents('finds links to nothing, read from where the document stands', () => {
  assert.equal(check('[a](other.md)', 'docs/README.md'), []);
  assert.is(check('[a](absent.md#part)').length, 1);
  assert.equal(check('[a](https://example.com) [b](#part)'), []);
});

documents('finds what is yet to be written, and what is too long', () => {
  assert.is(check('TODO').length, 1);
  assert.is(check('line\n'.repeat(151)).length, 1);
  assert.equal(check(`${'line\n'.repeat(150)}${'| cell |\n'.repeat(50)}`), []);
});

documents.run();

const targets = suite('parseMakeTargets');

targets('reads targets with a help text', () => {
  assert.equal([...parseMakeTargets('build: setup ## builds\n\t@true\nhidden:\n')], ['build']);
});

targets.run();
