// The WASI factor: clocks, random numbers, command line, files, sockets. No container variable and no container file reaches a
// guest, only what its manifest entry names.

import { cliConstants, createCli } from '../wasi/cli.ts';
import { createMonotonicClock, wallClock } from '../wasi/clocks.ts';
import { io } from '../wasi/io/index.ts';
import { insecure, insecureSeed, random } from '../wasi/random.ts';
import type { Factor } from './factor.ts';

/** The WASI factor. */
export const wasi: Factor = {
  name: 'wasi',
  configure: ({ openGuestOutput }) => ({
    prepare: (component) => ({
      shared: {
        ...io,
        ...cliConstants,
        ...createCli({
          environment: component.environment,
          args: [],
          openStdout: openGuestOutput,
          openStderr: openGuestOutput,
        }),
        'wasi:clocks/wall-clock@0.2': wallClock,
        'wasi:random/random@0.2': random,
        'wasi:random/insecure@0.2': insecure,
        'wasi:random/insecure-seed@0.2': insecureSeed,
      },
      create: (scope) => ({ 'wasi:clocks/monotonic-clock@0.2': createMonotonicClock(scope) }),
    }),
  }),
};
