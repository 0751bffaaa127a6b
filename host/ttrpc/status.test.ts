import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Code, hasCode, StatusError, statusFromError } from './status.ts';

const conversion = suite('statusFromError');

conversion('keeps the code of a StatusError', () => {
  const error = new StatusError(Code.NOT_FOUND, 'task "a": not found');
  assert.equal(statusFromError(error), { code: Code.NOT_FOUND, message: 'task "a": not found' });
});

conversion('takes the code from the nearest cause that has one, and the message from the outermost error', () => {
  const cause = new StatusError(Code.FAILED_PRECONDITION, 'inner');
  const error = new Error('outer', { cause: new Error('middle', { cause }) });
  assert.equal(statusFromError(error), { code: Code.FAILED_PRECONDITION, message: 'outer' });
});

conversion('maps a system error that happened', () => {
  assert.equal(statusFromError(catchError(() => process.kill(2 ** 30, 0))).code, Code.NOT_FOUND);
});

conversion('does not take a missing file for a missing task', () => {
  assert.is(statusFromError(catchError(() => readFileSync('/does/not/exist'))).code, Code.UNKNOWN);
});

conversion('maps aborts and time-outs', () => {
  assert.is(statusFromError(AbortSignal.abort().reason).code, Code.CANCELLED);
  assert.is(statusFromError(new DOMException('late', 'TimeoutError')).code, Code.DEADLINE_EXCEEDED);
});

conversion('gives UNKNOWN and the text for what is not an error', () => {
  assert.equal(statusFromError('thrown text'), { code: Code.UNKNOWN, message: 'thrown text' });
  assert.equal(statusFromError(undefined), { code: Code.UNKNOWN, message: 'undefined' });
});

conversion('ends on a loop of causes', () => {
  const error = new Error('loop');
  error.cause = error;
  assert.is(statusFromError(error).code, Code.UNKNOWN);
});

conversion.run();

const comparison = suite('hasCode');

comparison('looks through causes', () => {
  const error = new Error('outer', { cause: new StatusError(Code.NOT_FOUND, 'inner') });
  assert.ok(hasCode(error, Code.NOT_FOUND));
  assert.not(hasCode(error, Code.INTERNAL));
});

comparison.run();

function catchError(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
