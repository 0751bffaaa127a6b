// What `start` reads from standard input, and its answer to containerd 2.3 and later. reply.ts has the answers to earlier ones, which
// need no protobuf.
import { BootstrapParams, BootstrapResult, LogLevel } from '../gen/containerd.runtime.bootstrap.v1.ts';
import { Any } from '../gen/google.protobuf.ts';

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

/** Tells whether the shim is to log everything, whatever its flags say. */
export function wantsDebug({ logLevel }: BootstrapParams): boolean {
  return logLevel < LogLevel.INFO;
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

/** Formats a reply that containerd 2.3 and later take: it says version 3. */
export function formatBootstrapResult(address: string): Uint8Array {
  return BootstrapResult.encode({ version: 3, address, protocol: 'ttrpc' });
}
