import { chmodSync, closeSync, mkdtempSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Logger, startLogger } from './logger.ts';

const owner = { id: 'container', namespace: 'test', user: null };

type Folder = { directory: string; write: (script: string) => string };

async function messageOf(started: Promise<Logger>): Promise<string> {
  return started.then(
    () => 'started',
    (error: Error) => error.message,
  );
}

const loggers = suite<Folder>('startLogger');

loggers.before.each((context) => {
  context.directory = mkdtempSync(join(tmpdir(), 'logger-'));
  context.write = (script) => {
    const path = join(context.directory, 'logger');
    writeFileSync(path, `#!/bin/sh\ncd ${context.directory}\n${script}\n`);
    chmodSync(path, 0o755);
    return path;
  };
});
loggers.after.each(({ directory }) => rmSync(directory, { recursive: true }));

loggers('hands over both outputs, whose they are and what it was asked with', async ({ directory, write }) => {
  const path = write('exec 5>&-; echo "$CONTAINER_NAMESPACE $CONTAINER_ID $*" >who; cat <&3 >out; cat <&4 >err');
  const logger = await startLogger({ kind: 'logger', path, args: ['key', 'value'], mustConfirm: false }, owner);
  writeSync(logger.stdout, 'output');
  writeSync(logger.stderr, 'errors');
  closeSync(logger.stdout);
  closeSync(logger.stderr);
  await logger.stop();
  const read = (name: string) => readFileSync(join(directory, name), 'utf8');
  assert.equal([read('who'), read('out'), read('err')], ['test container key value\n', 'output', 'errors']);
});

loggers('takes a byte for being ready', async ({ write }) => {
  const path = write('printf x >&5; cat <&3');
  const logger = await startLogger({ kind: 'logger', path, args: [], mustConfirm: true }, owner);
  closeSync(logger.stdout);
  closeSync(logger.stderr);
  await logger.stop();
});

loggers('fails when a logger that must say that it is ready does not', async ({ write }) => {
  const started = startLogger({ kind: 'logger', path: write('exit 1'), args: [], mustConfirm: true }, owner);
  assert.match(await messageOf(started), /cannot start the logger ".*": it ended or closed descriptor 5/);
});

loggers('fails when there is no such program', async ({ directory }) => {
  const path = join(directory, 'none');
  const started = startLogger({ kind: 'logger', path, args: [], mustConfirm: false }, owner);
  assert.match(await messageOf(started), /cannot start the logger ".*none": spawn .* ENOENT/);
});

loggers.run();
