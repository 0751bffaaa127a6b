import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createArguments, deleteArguments, execArguments, globalArguments, killArguments } from './arguments.ts';

const plain = { bundle: '/b', pidFile: '/b/pid', preservedDescriptors: 0, noPivotRoot: false, noNewKeyring: false };

const lines: readonly (readonly [string, string[], string])[] = [
  [
    'globalArguments',
    globalArguments({ binary: 'runc', root: '/r', systemdCgroup: false }, '/log'),
    '--root /r --log /log --log-format json',
  ],
  [
    'globalArguments with systemd',
    globalArguments({ binary: 'runc', root: '/r', systemdCgroup: true }, '/log'),
    '--root /r --log /log --log-format json --systemd-cgroup',
  ],
  ['createArguments', createArguments('a', plain), 'create --bundle /b --pid-file /b/pid a'],
  [
    'createArguments with everything',
    createArguments('a', {
      ...plain,
      consoleSocket: '/s',
      preservedDescriptors: 1,
      noPivotRoot: true,
      noNewKeyring: true,
    }),
    'create --bundle /b --pid-file /b/pid --console-socket /s --preserve-fds 1 --no-pivot --no-new-keyring a',
  ],
  [
    'execArguments',
    execArguments('a', { processFile: '/p', pidFile: '/f', consoleSocket: '/s' }),
    'exec --detach --process /p --pid-file /f --console-socket /s a',
  ],
  ['killArguments', killArguments('a', 15, false), 'kill a 15'],
  ['killArguments for all', killArguments('a', 9, true), 'kill --all a 9'],
  ['deleteArguments', deleteArguments('a', false), 'delete a'],
  ['deleteArguments by force', deleteArguments('a', true), 'delete --force a'],
];

const formats = suite('arguments');

for (const [name, args, expected] of lines) {
  formats(`${name} gives: ${expected}`, () => assert.is(args.join(' '), expected));
}

formats.run();
