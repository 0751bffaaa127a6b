import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Code, hasCode } from '../ttrpc/status.ts';
import { nextState, type ProcessEvent, type ProcessState, statusOfState } from './state.ts';

const states: readonly ProcessState[] = ['created', 'running', 'pausing', 'paused', 'stopped', 'deleted'];
const events: readonly ProcessEvent[] = ['start', 'pause', 'paused', 'fail', 'resume', 'exit', 'delete'];

/** Every event that may happen, by state; what is not here may not. */
const allowed: Readonly<Record<ProcessState, string>> = {
  created: 'start→running exit→stopped',
  running: 'pause→pausing exit→stopped',
  pausing: 'paused→paused fail→running exit→stopped',
  paused: 'resume→running exit→stopped',
  stopped: 'delete→deleted',
  deleted: '',
};

const machine = suite('nextState');

for (const state of states) {
  machine(`lets ${allowed[state] || 'nothing'} happen to a process that is ${state}`, () => {
    const found: string[] = [];
    for (const event of events) {
      try {
        found.push(`${event}→${nextState(state, event)}`);
      } catch (error) {
        assert.ok(hasCode(error, Code.FAILED_PRECONDITION));
      }
    }
    assert.is(found.join(' '), allowed[state]);
  });
}

machine.run();

const numbers = suite('statusOfState');

numbers("gives containerd's numbers", () => {
  assert.equal(
    states.map((state) => statusOfState[state]),
    [1, 2, 5, 4, 3, 0],
  );
});

numbers.run();
