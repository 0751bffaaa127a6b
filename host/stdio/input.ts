// Standard input by FIFO, for a process without a terminal. It is copied through a pipe, because the process must not see the end of
// the FIFO before a first writer has opened it, but must see it when the last writer is gone, even without a CloseIO. Polling a FIFO
// tells the two apart; the process's own read would not (fifo(7)).

import { constants, open } from 'node:fs';
import { Socket } from 'node:net';
import { promisify } from 'node:util';
import { openPipe } from '../ffi/descriptor.ts';

/** The input of one process. */
export type Input = {
  /** The end of the pipe that is for the process. Whoever takes it closes it. */
  readonly descriptor: number;
  /** Ends the input, whatever the FIFO still holds. */
  readonly close: () => void;
};

/** Starts copying from a FIFO. Rejects with a system error. */
export async function openInput(path: string): Promise<Input> {
  const fifo = await promisify(open)(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const pipe = openPipe();
  const source = new Socket({ fd: fifo, readable: true, writable: false });
  const sink = new Socket({ fd: pipe.write, readable: false, writable: true });
  const close = () => {
    source.destroy();
    sink.destroy();
  };
  // The process may close its input, or end, while there is more.
  sink.on('error', close);
  source.on('error', close).pipe(sink);
  return { descriptor: pipe.read, close };
}
