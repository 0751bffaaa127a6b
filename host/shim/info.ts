// `-info` and `-v`: what this shim is. containerd 2.x asks for the first on its own, people for the second.
import { RuntimeInfo } from '../gen/containerd.types.ts';
import { Any } from '../gen/google.protobuf.ts';

export { readFeatures } from './features.ts';

/** The runtime's name, as pods and `ctr --runtime` give it. */
export const RUNTIME_NAME = 'io.containerd.spin.v2';

const FEATURES_TYPE_URL = 'types.containerd.io/opencontainers/runtime-spec/1/features/Features';

/**
 * Formats the answer to `-info`. `input` is what came on standard input, runtime options or nothing, and is given back;
 * `features` is the JSON that the OCI runtime prints about itself, or empty.
 */
export function formatInfo(version: string, input: Uint8Array, features: Uint8Array): Uint8Array {
  return RuntimeInfo.encode({
    name: RUNTIME_NAME,
    version: { version },
    options: decodeOptions(input),
    features: features.length > 0 ? { typeUrl: FEATURES_TYPE_URL, value: features } : undefined,
  });
}

function decodeOptions(input: Uint8Array): Any | undefined {
  if (input.length === 0) return undefined;
  try {
    return Any.decode(input);
  } catch {
    return undefined;
  }
}

/** Formats the answer to `-v`. */
export function formatVersion(version: string, node: string): Uint8Array {
  return new TextEncoder().encode(`containerd-shim-spin-v2:\n  Version: ${version}\n  Node.js: ${node}\n`);
}
