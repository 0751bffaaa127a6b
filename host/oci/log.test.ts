import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Code } from '../ttrpc/status.ts';
import { codeOfError, errorInLog } from './log.ts';

const entry = (level: string, msg: string): string =>
  `${JSON.stringify({ level, msg, time: '2026-01-01T00:00:00Z' })}\n`;

const errors = suite('errorInLog');

errors('gives the last error', () => {
  assert.is(errorInLog(entry('error', 'first') + entry('warning', 'aside') + entry('error', 'last')), 'last');
});

errors('prefers an error to plain text, wherever the text is', () => {
  assert.is(errorInLog(`${entry('fatal', 'reason')}text of a library\n`), 'reason');
});

errors('gives the last line of plain text when the log has no error', () => {
  assert.is(errorInLog(`${entry('info', 'nothing')}usage\nunknown flag --log\n\n`), 'unknown flag --log');
});

errors('gives nothing for an empty log', () => {
  assert.is(errorInLog(''), '');
  assert.is(errorInLog('null\n'), 'null');
});

errors.run();

const codes = suite('codeOfError');

const messages: readonly (readonly [string, string, Code])[] = [
  ['kill', 'container does not exist', Code.NOT_FOUND],
  ['kill', 'os: process already finished', Code.NOT_FOUND],
  ['kill', 'container not running', Code.NOT_FOUND],
  ['kill', 'container `abc` does not exist: No such file or directory', Code.NOT_FOUND],
  ['kill', 'error opening file `/run/crun/abc/status`: No such file or directory', Code.NOT_FOUND],
  ['kill', 'operation not permitted', Code.UNKNOWN],
  ['create', 'exec: "sh": stat sh: no such file or directory: does not exist', Code.UNKNOWN],
];
for (const [command, message, expected] of messages) {
  codes(`gives ${expected} for ${command}: ${message}`, () => assert.is(codeOfError(command, message), expected));
}

codes.run();
