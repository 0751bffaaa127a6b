// The entry point of every process of this project: the shim as containerd calls it, the worker inside a container, the plan process.
// The only file that looks at arguments and environment, and that ends the process.
import { isSea } from 'node:sea';
import packageJson from '../package.json' with { type: 'json' };
import { type Invocation, type RoleName, roleNames } from './invocation.ts';
import { loadRole } from './role.ts';

const NAME = 'containerd-shim-spin-v2';

// In the single executable, too, there is a second entry before the arguments.
const [executable = process.execPath, script = '', ...args] = process.argv;
const [first] = args;
const isNamed = (roleNames as readonly (string | undefined)[]).includes(first);
const role: RoleName = isNamed ? (first as RoleName) : 'shim';

const invocation: Invocation = {
  args: isNamed ? args.slice(1) : args,
  environment: process.env,
  directory: process.cwd(),
  command: isSea() ? [process.execPath] : [executable, ...process.execArgv, script],
  version: packageJson.version,
  onTerminate: () => {
    const controller = new AbortController();
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => controller.abort());
    return controller.signal;
  },
  onUncaught: (report) => {
    process.on('uncaughtException', report);
    process.on('unhandledRejection', report);
  },
};

try {
  const main = await loadRole(role);
  exit(await main(invocation));
} catch (error) {
  process.stderr.write(`${NAME}: ${describe(error)}\n`);
  exit(1);
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
