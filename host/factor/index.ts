// The host's capabilities, in the order in which they are configured. A new one is a file of this room and a line here.

import type { Factor } from './factor.ts';
import { outboundHttp } from './outbound-http/outbound-http.ts';
import { ungranted } from './ungranted.ts';
import { variables } from './variables.ts';
import { wasi } from './wasi.ts';

/** Every factor. */
export const factors: readonly Factor[] = [wasi, variables, outboundHttp, ungranted];
