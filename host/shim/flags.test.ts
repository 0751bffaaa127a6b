import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { formatFlags, parseFlags } from './flags.ts';

const parsing = suite('parseFlags');

parsing('reads the command lines of containerd', () => {
  const start = '-namespace k8s.io -address /run/c.sock -publish-binary /usr/bin/containerd -id abc -debug start'.split(
    ' ',
  );
  const flags = parseFlags(start);
  assert.is(flags.action, 'start');
  assert.is(flags.namespace, 'k8s.io');
  assert.is(flags.address, '/run/c.sock');
  assert.is(flags.publishBinary, '/usr/bin/containerd');
  assert.is(flags.id, 'abc');
  assert.ok(flags.isDebug);
  const remove = parseFlags('-namespace n -address a -publish-binary p -id i -bundle /b delete'.split(' '));
  assert.equal([remove.action, remove.bundle, remove.isDebug], ['delete', '/b', false]);
});

parsing('takes one dash or two, a value behind it or after an equals sign', () => {
  for (const args of [['-id', 'a=b'], ['--id', 'a=b'], ['-id=a=b'], ['--id=a=b']]) {
    assert.is(parseFlags([...args, 'start']).id, 'a=b', args.join(' '));
  }
});

parsing('keeps an empty value from swallowing the action', () => {
  const flags = parseFlags(['-id', '', '-namespace=', 'start']);
  assert.equal([flags.id, flags.namespace, flags.action], ['', '', 'start']);
});

parsing('reads switches as Go does', () => {
  for (const on of ['-debug', '--debug', '-debug=true', '-debug=1']) assert.ok(parseFlags([on, 'start']).isDebug, on);
  for (const off of ['-debug=false', '-debug=0', '-debug=F']) assert.not(parseFlags([off, 'start']).isDebug, off);
});

parsing('skips flags that it does not know, with or without an equals sign', () => {
  const flags = parseFlags(['-future', 'value', '--other=1', '-id', 'a', 'start']);
  assert.equal([flags.id, flags.action], ['a', 'start']);
});

parsing('knows the flags that act by themselves', () => {
  assert.ok(parseFlags(['-v']).wantsVersion);
  assert.ok(parseFlags(['--version']).wantsVersion);
  assert.ok(parseFlags(['-info']).wantsInfo);
  assert.ok(parseFlags(['-h']).wantsHelp);
  assert.is(parseFlags([]).action, '');
});

parsing('ends the flags at two dashes', () => {
  assert.is(parseFlags(['-id', 'a', '--', '-start']).action, '-start');
});

parsing.run();

const formatting = suite('formatFlags');

formatting('writes what parseFlags reads', () => {
  const flags = parseFlags(
    '-namespace n -address a -publish-binary p -id -dash -bundle /b -socket /s -debug serve'.split(' '),
  );
  assert.equal(parseFlags(formatFlags(flags)), flags);
});

formatting.run();
