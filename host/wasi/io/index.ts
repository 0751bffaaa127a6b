// `wasi:io@0.2` as the engines import it.

import { IoError } from './error.ts';
import { InputStream } from './input-stream.ts';
import { OutputStream } from './output-stream.ts';
import { Pollable, poll } from './poll.ts';

/** The interfaces of `wasi:io@0.2`. */
export const io = {
  'wasi:io/error@0.2': { Error: IoError },
  'wasi:io/poll@0.2': { Pollable, poll },
  'wasi:io/streams@0.2': { InputStream, OutputStream },
};
