// What `start` reads from standard input and prints to standard output, for each containerd that is about:
//   1.6        options as an Any    the address alone (version 2)
//   1.7        options as an Any    the address alone, or JSON up to version 2
//   2.0 - 2.2  options as an Any    the address alone, or JSON up to version 3
//   2.3 -      BootstrapParams      BootstrapResult, version 3
// With version 3 containerd joins further containers of a pod to its shim without calling `start` for each.
import { BootstrapParams, BootstrapResult } from '../gen/containerd.runtime.bootstrap.v1.ts';
import { Any } from '../gen/google.protobuf.ts';

/** The most that `start` reads from its standard input, in bytes. */
export const MAX_INPUT_LENGTH = 10 << 20;

/** What came on standard input. `params` is there on containerd 2.3 and later. */
export type StartInput = { readonly params?: BootstrapParams; readonly options?: Any };

/**
 * Parses standard input. Bytes of options may happen to decode as BootstrapParams, so those count only when they name the container
 * that the flags name. Bytes that are neither are taken for no options.
 */
export function parseStartInput(
  bytes: Uint8Array,
  flags: { readonly id: string; readonly namespace: string },
): StartInput {
  if (bytes.length === 0) return {};
  const params = decode(() => BootstrapParams.decode(bytes));
  if (params && params.instanceId === flags.id && params.namespace === flags.namespace) {
    const options = params.extensions.map(({ value }) => value).find((value) => value && isRuntimeOptions(value));
    return options ? { params, options } : { params };
  }
  const options = decode(() => Any.decode(bytes));
  return options?.typeUrl ? { options } : {};
}

/** Extensions carry other things as well; options are the messages that Create would carry. */
function isRuntimeOptions({ typeUrl }: Any): boolean {
  return /(^|\/)(runtimeoptions\.v1|containerd\.runc\.v1)\.Options$/.test(typeUrl);
}

function decode<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}

/** How to answer. */
export type ReplyFormat = 'address' | 'json' | 'protobuf';

/** Formats the reply of `start`: JSON and protobuf say version 3, an address alone means version 2. */
export function formatStartReply(format: ReplyFormat, address: string): Uint8Array {
  const result = { version: 3, address, protocol: 'ttrpc' };
  if (format === 'protobuf') return BootstrapResult.encode(result);
  return new TextEncoder().encode(format === 'json' ? JSON.stringify(result) : address);
}

/** Finds the major and minor version in what `containerd --version` prints; undefined when there is none. */
export function parseContainerdVersion(text: string): { readonly major: number; readonly minor: number } | undefined {
  const match = /^containerd\s+\S+\s+v?(\d+)\.(\d+)\./.exec(text.trim());
  return match ? { major: Number(match[1]), minor: Number(match[2]) } : undefined;
}
