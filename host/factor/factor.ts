// The one lifecycle of every host capability: configured once for the app, prepared once for each of its components, offered to
// each instance. Spin calls such a capability a factor (https://github.com/spinframework/spin/tree/main/crates/factors).

import type { HostImports, InstanceHost } from '../engine/engine.ts';
import type { AppPlan, ComponentPlan } from '../gen/runtime.ts';
import type { BodyPipe } from '../wasi/http/body-pipe.ts';
import type { FutureIncomingResponse } from '../wasi/http/response.ts';
import { InstanceScope } from '../wasi/instance-scope.ts';
import type { ByteSink } from '../wasi/io/output-stream.ts';
import type { LoadHttps } from './https.ts';
import type { RuntimeConfig } from './runtime-config/empty.ts';
import type { VariableResolver } from './variable.ts';

/** What a factor may know of the worker it lives in. */
export type FactorContext = {
  readonly app: AppPlan;
  /** The container's environment. Guests never see it. */
  readonly environment: Readonly<Record<string, string>>;
  /** The folder that paths of the plan are relative to. */
  readonly root: string;
  readonly runtimeConfig: RuntimeConfig;
  /** Reads a file that the runtime configuration names. Throws an `Error` that names it when it cannot be read. */
  readonly readConfigFile: (path: string) => string;
  readonly loadHttps: LoadHttps;
  /** Values of the app's variables. */
  readonly variables: VariableResolver;
  /** Opens a sink on the container's standard error: that is where all output of guests goes. */
  readonly openGuestOutput: () => ByteSink;
  /** Says something to the operator, on standard error. */
  readonly warn: (line: string) => void;
  /** How the app reaches itself; nothing before a trigger has started that is a way in. */
  readonly entrance: () => AppEntrance | undefined;
};

/** The way into an app for its own components. */
export interface AppEntrance {
  /** The address of the app's routes. */
  readonly address: { readonly hostname: string; readonly port: number };
  /** Hands a request straight to a component or to the app's routes and settles `response`. What it holds ends with `scope`. Never throws. */
  call(request: ChainedRequest, response: FutureIncomingResponse, scope: InstanceScope): void;
}

/** A request from one component of the app to another, or to the app itself. */
export type ChainedRequest = {
  /** Nothing: whose route it matches. */
  readonly componentId: string | undefined;
  readonly method: string;
  readonly authority: string;
  readonly pathWithQuery: string;
  /** Flat list of names in lower case and values. */
  readonly headers: readonly string[];
  readonly body: BodyPipe;
};

/** A host capability. */
export interface Factor {
  readonly name: string;
  /** Throws an `Error` that tells the operator what the app's configuration lacks. */
  configure(context: FactorContext): AppFactor | Promise<AppFactor>;
}

/** A factor with the app's state. */
export interface AppFactor {
  /** Throws an `Error` that names what the component may not have. */
  prepare(component: ComponentPlan): ComponentFactor | Promise<ComponentFactor>;
}

/** A factor with what one component was granted. */
export interface ComponentFactor {
  /** Host objects that all instances share. */
  readonly shared: HostImports;
  /** Creates the host objects that belong to one instance and register in `scope` what must end with it. */
  create?(scope: InstanceScope): HostImports;
}

/** Configures the factors for an app. Returns what prepares them for a component and yields its `createHost`. */
export async function configureFactors(factors: readonly Factor[], context: FactorContext) {
  const configured = await Promise.all(factors.map((factor) => factor.configure(context)));
  return async (component: ComponentPlan): Promise<() => InstanceHost> => {
    const prepared = await Promise.all(configured.map((factor) => factor.prepare(component)));
    const shared: HostImports = Object.assign({}, ...prepared.map((factor) => factor.shared));
    return () => createInstanceHost(shared, prepared);
  };
}

function createInstanceHost(shared: HostImports, factors: readonly ComponentFactor[]): InstanceHost {
  const scope = new InstanceScope();
  const imports = { ...shared };
  for (const factor of factors) if (factor.create) Object.assign(imports, factor.create(scope));
  return {
    imports,
    provide: (program) => {
      scope.program = program;
    },
    own: (owner) => {
      scope.owner = owner;
    },
    release: () => scope.release(),
  };
}
