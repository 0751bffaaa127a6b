import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseArguments } from './arguments.ts';

const line = suite('parseArguments');
line('takes the machine that it runs on, and the handler spin, when nothing is said', () => {
  assert.equal(parseArguments([]), {
    host: '/',
    handler: 'spin',
    distribution: undefined,
    directory: undefined,
    configuration: undefined,
    timeoutSeconds: 120,
    restart: undefined,
    address: undefined,
    isDryRun: false,
    isForced: false,
  });
});

line('splits the command that restarts containerd at spaces', () => {
  assert.equal(parseArguments(['--restart', 'service containerd restart']).restart, [
    'service',
    'containerd',
    'restart',
  ]);
});

for (const args of [['--hots', '/host'], ['here'], ['--host'], ['--timeout', 'long'], ['--timeout', '0']]) {
  line(`refuses ${args.join(' ')}`, () => {
    assert.throws(() => parseArguments(args));
  });
}
line.run();
