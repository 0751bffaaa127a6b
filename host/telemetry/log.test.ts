import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createLog, formatLogLine } from './log.ts';

const formatting = suite('formatLogLine');

formatting('writes lines as containerd does', () => {
  assert.is(
    formatLogLine('info', 'serving "a"', 0, { runtime: 'io.containerd.spin.v2', id: 'a b', count: 3 }),
    'time="1970-01-01T00:00:00.000Z" level=info msg="serving \\"a\\"" runtime=io.containerd.spin.v2 id="a b" count=3\n',
  );
});

formatting('keeps a line a line', () => {
  assert.is(formatLogLine('error', 'a\nb', 0, {}).split('\n').length, 2);
  assert.match(formatLogLine('error', 'x', 0, { error: new Error('a\nb') }), 'error="a\\nb"');
});

formatting('writes an error with its causes, and leaves undefined out', () => {
  const error = new Error('outer', { cause: new Error('inner') });
  assert.match(formatLogLine('error', 'x', 0, { error, gone: undefined }), /msg="x" error="outer: inner"\n$/);
});

formatting.run();

const creation = suite('createLog');

creation('writes debug lines only when asked', () => {
  for (const isDebug of [true, false]) {
    const lines: string[] = [];
    const log = createLog({ write: (line) => lines.push(line), now: () => 0, isDebug, fields: { id: 'a' } });
    log.debug('one');
    log.warning('two', { id: 'b' });
    assert.is(lines.length, isDebug ? 2 : 1);
    assert.match(lines.at(-1) ?? '', /level=warning msg="two" id=b/);
  }
});

creation.run();
