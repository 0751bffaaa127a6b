// The shim's role: does what containerd's command line asks for. Each way of being called loads only what it needs.
import type { Invocation } from '../invocation.ts';
import { readStandardInput, writeStandardError, writeStandardOutput } from './files.ts';
import { type Flags, parseFlags } from './flags.ts';

const USAGE = `usage: containerd-shim-spin-v2 -namespace <namespace> -id <id> -address <socket> start|delete
       containerd-shim-spin-v2 -info | -v

containerd calls this program; it is not meant to be run by hand.
`;

/** Runs the shim. Gives the exit code: 2 for a command line that cannot be understood. */
export async function main(invocation: Invocation): Promise<number> {
  const flags = parseFlags(invocation.args);
  if (flags.wantsVersion) await printVersion(invocation);
  else if (flags.wantsInfo) await printInfo(invocation);
  else if (flags.action === '' || flags.wantsHelp) return printUsage(flags);
  else await act(flags, invocation);
  return 0;
}

async function act(flags: Flags, invocation: Invocation): Promise<void> {
  for (const name of ['namespace', 'id', 'address'] as const) {
    if (flags[name] === '') throw new Error(`${flags.action} needs the flag -${name}`);
  }
  switch (flags.action) {
    case 'start': {
      const { start } = await import('./start.ts');
      return writeStandardOutput(await start(flags, invocation));
    }
    case 'delete': {
      const { deleteContainer } = await import('./delete.ts');
      const { cleanUp } = await import('../task/clean-up.ts');
      return writeStandardOutput(await deleteContainer(flags, invocation, cleanUp));
    }
    case 'serve': {
      const { serve } = await import('./serve.ts');
      const { createTaskService } = await import('../task/service.ts');
      return serve(flags, invocation, createTaskService);
    }
    default:
      throw new Error(`cannot do "${flags.action}": the actions are start and delete`);
  }
}

async function printInfo(invocation: Invocation): Promise<void> {
  const { formatInfo } = await import('./info.ts');
  const { readFeatures } = await import('./features.ts');
  const [input, features] = await Promise.all([readStandardInput(), readFeatures(invocation.environment)]);
  writeStandardOutput(formatInfo(invocation.version, input, features));
}

async function printVersion(invocation: Invocation): Promise<void> {
  const { formatVersion } = await import('./info.ts');
  writeStandardOutput(new TextEncoder().encode(formatVersion(invocation.version, process.version)));
}

function printUsage(flags: Flags): number {
  if (!flags.wantsHelp) {
    writeStandardError(USAGE);
    return 2;
  }
  writeStandardOutput(new TextEncoder().encode(USAGE));
  return 0;
}
