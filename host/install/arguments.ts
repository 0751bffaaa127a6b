// The command line of `install` and `uninstall`.
import { parseArgs } from 'node:util';
import type { Wishes } from './plan.ts';

/** What the operator says. */
export type Arguments = Wishes & {
  /** Where the node's root is seen from here. */
  readonly host: string;
  /** What restarts containerd, run here; undefined to have the node's systemd do it. */
  readonly restart: readonly string[] | undefined;
  /** containerd's socket on the node, in place of the distribution's. */
  readonly address: string | undefined;
  /** How long containerd may take to come up with its new configuration, in seconds. */
  readonly timeoutSeconds: number;
  /** Say what is to be done, and do nothing. */
  readonly isDryRun: boolean;
  /** Uninstall under running pods. */
  readonly isForced: boolean;
};

/** Parses the arguments behind `install` or `uninstall`. Throws on what is not known. */
export function parseArguments(args: readonly string[]): Arguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      host: { type: 'string', default: '/' },
      handler: { type: 'string', default: 'spin' },
      distribution: { type: 'string' },
      directory: { type: 'string' },
      config: { type: 'string' },
      restart: { type: 'string' },
      timeout: { type: 'string', default: '120' },
      address: { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
      force: { type: 'boolean', default: false },
    },
  });
  const timeoutSeconds = Number(values.timeout);
  if (!(timeoutSeconds > 0)) throw new TypeError(`--timeout "${values.timeout}" is no number of seconds`);
  const { host, handler, distribution, directory, restart, address } = values;
  return {
    host,
    handler,
    distribution,
    directory,
    configuration: values.config,
    timeoutSeconds,
    restart: restart?.split(' '),
    address,
    isDryRun: values['dry-run'],
    isForced: values.force,
  };
}
