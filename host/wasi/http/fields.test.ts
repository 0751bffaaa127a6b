import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { thrownBy } from '../testing/thrown.ts';
import { createIncomingFields, Fields } from './fields.ts';

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

const tagThrownBy = (call: () => unknown) => (thrownBy(call) as { tag: string }).tag;

const fields = suite('Fields');

fields('refuses a name as often as it comes, and takes any number of others', () => {
  const list = new Fields();
  for (let time = 0; time < 2; time++) {
    const tags = ['Keep-Alive', 'a b'].map((name) => tagThrownBy(() => list.append(name, bytesOf(''))));
    assert.equal(tags, ['forbidden', 'invalid-syntax']);
  }
  for (let index = 0; index < 1000; index++) list.append(`X-${index}`, bytesOf(''));
  assert.ok(list.has('x-0') && list.has('x-999'));
});

fields('keeps order, duplicates and every byte of a value', () => {
  const made = Fields.fromList([
    ['X-A', bytesOf('1')],
    ['b', bytesOf('\x80\xff\t ')],
    ['x-a', bytesOf('2')],
  ]);
  assert.equal(made.entries(), [
    ['x-a', bytesOf('1')],
    ['b', bytesOf('\x80\xff\t ')],
    ['x-a', bytesOf('2')],
  ]);
});

fields('finds values whatever the case of the name', () => {
  const made = Fields.fromList([['Content-Type', bytesOf('a')]]);
  assert.equal(made.get('CONTENT-type'), [bytesOf('a')]);
  assert.ok(made.has('content-TYPE'));
  assert.equal(made.get('other'), []);
  assert.not.ok(made.has('other'));
});

fields('does not take a value for a name', () => assert.not.ok(Fields.fromList([['a', bytesOf('b')]]).has('b')));

fields('replaces all values of a name, and of no other', () => {
  const made = Fields.fromList([
    ['a', bytesOf('1')],
    ['b', bytesOf('2')],
    ['a', bytesOf('3')],
  ]);
  made.set('A', [bytesOf('4'), bytesOf('5')]);
  assert.equal(made.raw(), ['b', '2', 'a', '4', 'a', '5']);
  made.delete('b');
  assert.equal(made.raw(), ['a', '4', 'a', '5']);
});

fields('changes nothing when one of the values is bad', () => {
  const made = Fields.fromList([['a', bytesOf('1')]]);
  assert.is(
    tagThrownBy(() => made.set('a', [bytesOf('2'), bytesOf('\n')])),
    'invalid-syntax',
  );
  assert.equal(made.raw(), ['a', '1']);
});

for (const name of ['', 'a b', 'a:', 'é', 'a\n', '(a)']) {
  fields(`refuses the name ${JSON.stringify(name)}`, () => {
    assert.is(
      tagThrownBy(() => new Fields().append(name, bytesOf('x'))),
      'invalid-syntax',
    );
    assert.is(
      tagThrownBy(() => new Fields().delete(name)),
      'invalid-syntax',
    );
    assert.equal(new Fields().get(name), []);
    assert.not.ok(new Fields().has(name));
  });
}

for (const value of ['\n', '\r', '\0', 'a\x7f', '\x1f']) {
  fields(`refuses the value ${JSON.stringify(value)}`, () =>
    assert.is(
      tagThrownBy(() => Fields.fromList([['a', bytesOf(value)]])),
      'invalid-syntax',
    ),
  );
}

for (const name of ['Connection', 'Keep-Alive', 'Transfer-Encoding', 'Upgrade', 'Proxy-Connection', 'HTTP2-Settings']) {
  fields(`forbids ${name}`, () =>
    assert.is(
      tagThrownBy(() => new Fields().set(name, [bytesOf('x')])),
      'forbidden',
    ),
  );
}

fields('lets a guest name a host', () => assert.not.throws(() => new Fields().append('Host', bytesOf('x'))));

fields('refuses changes when frozen, but not of its clone', () => {
  const frozen = Fields.fromList([['a', bytesOf('1')]]).freeze();
  for (const change of [() => frozen.append('b', bytesOf('2')), () => frozen.set('a', []), () => frozen.delete('a')]) {
    assert.is(tagThrownBy(change), 'immutable');
  }
  const clone = frozen.clone();
  clone.append('b', bytesOf('2'));
  assert.equal(frozen.raw(), ['a', '1']);
  assert.equal(clone.raw(), ['a', '1', 'b', '2']);
});

fields.run();

const incoming = suite('createIncomingFields');

incoming('lowers names, leaves the fields of the connection out, refuses changes', () => {
  const made = createIncomingFields(['X-A', '1', 'Connection', 'close', 'x-a', '2']);
  assert.equal(made.raw(), ['x-a', '1', 'x-a', '2']);
  assert.is(
    tagThrownBy(() => made.delete('x-a')),
    'immutable',
  );
});

incoming.run();
