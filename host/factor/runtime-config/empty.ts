// What a runtime configuration says, and the one that says nothing: all that a pod without the file loads.

import type { Diagnostic } from '../../gen/runtime.ts';
import type { NetworkingConfig } from './networking.ts';
import type { VariableProviderConfig } from './variable-providers.ts';

/** What a pod's owner says about an app's capabilities. */
export type RuntimeConfig = {
  /** The most memory of a component instance, in bytes. */
  readonly maxInstanceMemory?: number | undefined;
  /** In the order in which they are asked. */
  readonly variableProviders: readonly VariableProviderConfig[];
  readonly networking: NetworkingConfig;
  /** Names the stores, databases and models that are configured; empty without any. */
  readonly summary: string;
  readonly warnings: readonly Diagnostic[];
};

/** The configuration of an app to which its pod's owner has nothing to say. */
export const emptyRuntimeConfig: RuntimeConfig = {
  variableProviders: [],
  networking: {
    http: { hasPooling: true, maxRequests: undefined },
    blocked: { networks: [], hasPrivate: false },
    clientTls: [],
  },
  summary: '',
  warnings: [],
};
