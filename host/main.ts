// The entry point of every process of this project: the shim as containerd calls it, the worker inside a container, the plan process.
// The only file that looks at arguments and environment, and that ends the process. Each role is a part that the build bundles by
// itself, so that a process loads no more than what it was called for.
import process from 'node:process';
import { isSea } from 'node:sea';
import type { Invocation } from './invocation.ts';
import { readStandardInput, writeStandardOutput } from './shim/files.ts';
import { type Flags, parseFlags } from './shim/flags.ts';

// Set by the build.
declare const VERSION: string | undefined;

const NAME = 'containerd-shim-spin-v2';
const USAGE = `usage: ${NAME} -namespace <namespace> -id <id> -address <socket> start|delete
       ${NAME} -info | -v
       ${NAME} install | uninstall [--host DIR] [--handler NAME] [--distribution NAME] [--directory DIR]
           [--config FILE] [--address SOCKET] [--restart COMMAND] [--timeout SECONDS] [--dry-run] [--force]
containerd calls this program; by hand, only the last form is of use: it puts the program on a node, or takes it away.
`;

/** A command line that cannot be understood. */
const EXIT_USAGE = 2;

// In the single executable, too, there is a second entry before the arguments.
const [executable = process.execPath, script = '', ...args] = process.argv;

const invocation: Invocation = {
  args,
  environment: process.env,
  directory: process.cwd(),
  command: isSea() ? [process.execPath] : [executable, ...process.execArgv, script],
  version: typeof VERSION === 'string' ? VERSION : '0.0.0-source',
  onTerminate: () => {
    const controller = new AbortController();
    for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, () => controller.abort());
    return controller.signal;
  },
  onUncaught: (report) => {
    process.on('uncaughtException', report);
    process.on('unhandledRejection', report);
  },
};

run().then(exit, (error: unknown) => {
  process.stderr.write(`${NAME}: ${describe(error)}\n`);
  exit(1);
});

function loadRuntimeConfigParser() {
  return import('./factor/runtime-config/runtime-config.ts');
}

/** Does what the command line says. Gives the exit code; a rejection is exit code 1 and a message. */
async function run(): Promise<number> {
  if (args[0] === 'worker') {
    const { runWorker } = await import('./worker/main.ts');
    return runWorker({ ...invocation, args: args.slice(1) }, loadRuntimeConfigParser);
  }
  if (args[0] === 'executor') {
    const { runExecutor } = await import('./worker/executor.ts');
    return runExecutor({ ...invocation, args: args.slice(1) }, loadRuntimeConfigParser);
  }
  if (args[0] === 'plan') {
    const { runPlan } = await import('./plan/main.ts');
    await runPlan();
    return 0;
  }
  if (args[0] === 'artifact') {
    const { runArtifact } = await import('./artifact/main.ts');
    await runArtifact();
    return 0;
  }
  if (args[0] === 'install' || args[0] === 'uninstall') {
    const { runInstall, runUninstall, sayLine } = await import('./install/main.ts');
    if (args[0] === 'install') await runInstall(args.slice(1), process.execPath, sayLine);
    else await runUninstall(args.slice(1), sayLine);
    return 0;
  }
  if (args[0] === 'remote') {
    const { runRemote } = await import('./remote/main.ts');
    await runRemote();
    return 0;
  }
  return runShim(parseFlags(args));
}

async function runShim(flags: Flags): Promise<number> {
  if (flags.wantsVersion || flags.wantsInfo) {
    const { formatInfo, formatVersion, readFeatures } = await import('./shim/info.ts');
    const { version, environment } = invocation;
    if (flags.wantsVersion) return print(formatVersion(version, process.version));
    return print(formatInfo(version, readStandardInput(), await readFeatures(environment)));
  }
  if (flags.wantsHelp) return print(new TextEncoder().encode(USAGE));
  if (flags.action === '') {
    process.stderr.write(USAGE);
    return EXIT_USAGE;
  }
  requireFlags(flags);
  return act(flags);
}

async function act(flags: Flags): Promise<number> {
  switch (flags.action) {
    case 'start': {
      const { start } = await import('./shim/start.ts');
      return print(await start(flags, invocation));
    }
    case 'delete': {
      const { deleteContainer } = await import('./shim/delete.ts');
      return print(await deleteContainer(flags, invocation));
    }
    case 'serve': {
      const { serve } = await import('./shim/serve.ts');
      await serve(flags, invocation);
      return 0;
    }
    default:
      throw new Error(`cannot do "${flags.action}": the actions are start and delete`);
  }
}

function requireFlags(flags: Flags): void {
  for (const name of ['namespace', 'id', 'address'] as const) {
    if (flags[name] === '') throw new Error(`${flags.action} needs the flag -${name}`);
  }
}

function print(bytes: Uint8Array): number {
  writeStandardOutput(bytes);
  return 0;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${describe(error.cause)}`;
}

/**
 * Ends the process at once. `process.exit` would first close what is open, and closing a listening socket removes its file, which
 * `start` must leave to the daemon that inherited it.
 */
function exit(code: number): never {
  return (process as NodeJS.Process & { reallyExit(code: number): never }).reallyExit(code);
}
