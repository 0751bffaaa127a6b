import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cliConstants, createCli, GuestExit } from './cli.ts';
import { BodyPipe } from './http/body-pipe.ts';

function exitStatusOf(call: () => void): number {
  try {
    call();
  } catch (error) {
    if (error instanceof GuestExit) return error.status;
  }
  throw new Error('the guest did not exit');
}

const cli = suite('createCli');

cli('shows the environment and arguments it was given, and no working directory', () => {
  const made = createCli({
    environment: [['A', 'b']],
    args: ['x'],
    openStdout: () => new BodyPipe(),
    openStderr: () => new BodyPipe(),
  });
  const environment = made['wasi:cli/environment@0.2'];
  assert.equal(environment.getEnvironment(), [['A', 'b']]);
  assert.equal(environment.getArguments(), ['x']);
  assert.is(environment.initialCwd(), undefined);
});

cli('opens a stream for each call, on the sink of its kind', () => {
  const [out, err] = [new BodyPipe(), new BodyPipe()];
  const made = createCli({ environment: [], args: [], openStdout: () => out, openStderr: () => err });
  made['wasi:cli/stdout@0.2'].getStdout().blockingWriteAndFlush(new Uint8Array(3));
  made['wasi:cli/stderr@0.2'].getStderr().blockingWriteAndFlush(new Uint8Array(5));
  assert.equal([out.writtenBytes, err.writtenBytes], [3, 5]);
});

cli.run();

const constants = suite('cliConstants');

constants('end the guest with its status', () => {
  const { exit, exitWithCode } = cliConstants['wasi:cli/exit@0.2'];
  assert.is(
    exitStatusOf(() => exit({ tag: 'ok' })),
    0,
  );
  assert.is(
    exitStatusOf(() => exit({ tag: 'err' })),
    1,
  );
  assert.is(
    exitStatusOf(() => exitWithCode(7)),
    7,
  );
});

constants('have an empty standard input and no terminal', () => {
  const stdin = cliConstants['wasi:cli/stdin@0.2'].getStdin();
  assert.throws(
    () => stdin.read(1n),
    (error: unknown) => (error as { tag: string }).tag === 'closed',
  );
  assert.is(cliConstants['wasi:cli/terminal-stdout@0.2'].getTerminalStdout(), undefined);
});

constants.run();
