import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cliConstants, createCli, GuestExit } from './cli.ts';
import { BodyPipe } from './http/body-pipe.ts';
import { InstanceScope } from './instance-scope.ts';
import { BytesSource } from './io/input-stream.ts';
import { thrownBy } from './testing/thrown.ts';

function exitStatusOf(call: () => void): number {
  try {
    call();
  } catch (error) {
    if (error instanceof GuestExit) return error.status;
  }
  throw new Error('the guest did not exit');
}

const cli = suite('createCli');

cli('shows the environment it was given, no arguments and no working directory', () => {
  const made = createCli({ environment: [['A', 'b']], openOutput: () => new BodyPipe() }, new InstanceScope());
  const environment = made['wasi:cli/environment@0.2'];
  assert.equal(environment.getEnvironment(), [['A', 'b']]);
  assert.equal(environment.getArguments(), []);
  assert.is(environment.initialCwd(), undefined);
});

cli('opens a sink for each call, and has an empty standard input', () => {
  const sinks: BodyPipe[] = [];
  const openOutput = () => {
    const sink = new BodyPipe();
    sinks.push(sink);
    return sink;
  };
  const made = createCli({ environment: [], openOutput }, new InstanceScope());
  made['wasi:cli/stdout@0.2'].getStdout().blockingWriteAndFlush(new Uint8Array(3));
  made['wasi:cli/stderr@0.2'].getStderr().blockingWriteAndFlush(new Uint8Array(5));
  assert.equal(
    sinks.map((sink) => sink.writtenBytes),
    [3, 5],
  );
  assert.equal(
    thrownBy(() => made['wasi:cli/stdin@0.2'].getStdin().read(1n)),
    { tag: 'closed' },
  );
});

cli('gives a program what its run brings, until its scope is released', () => {
  const scope = new InstanceScope();
  const [stdout, log] = [new BodyPipe(), new BodyPipe()];
  const made = createCli({ environment: [['A', 'b']], openOutput: () => log }, scope);
  const stdin = new BytesSource(new Uint8Array([7]));
  scope.program = { args: ['x', 'y'], environment: [['C', 'd']], stdin, stdout };
  const environment = made['wasi:cli/environment@0.2'];
  assert.equal(environment.getArguments(), ['x', 'y']);
  assert.equal(environment.getEnvironment(), [
    ['A', 'b'],
    ['C', 'd'],
  ]);
  assert.equal(made['wasi:cli/stdin@0.2'].getStdin().read(9n), new Uint8Array([7]));
  made['wasi:cli/stdout@0.2'].getStdout().blockingWriteAndFlush(new Uint8Array(3));
  made['wasi:cli/stderr@0.2'].getStderr().blockingWriteAndFlush(new Uint8Array(5));
  assert.equal([stdout.writtenBytes, log.writtenBytes], [3, 5]);
  scope.release();
  assert.equal(environment.getArguments(), []);
  assert.equal(environment.getEnvironment(), [['A', 'b']]);
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

constants('have no terminal', () => {
  assert.is(cliConstants['wasi:cli/terminal-stdout@0.2'].getTerminalStdout(), undefined);
});

constants.run();
