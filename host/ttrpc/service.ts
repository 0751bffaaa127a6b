// The shape of a ttrpc service in TypeScript: one function per method of a generated service description.
import type { Fields, MessageType, ServiceType } from '../protobuf/message.ts';

/** What a handler may know of the call beside its request. */
export type Call = {
  /** Aborted at the caller's deadline or when its connection closes; ttrpc has no other way to cancel. */
  readonly signal: AbortSignal;
  /** Keys are lower case; a repeated key has several values. */
  readonly metadata: ReadonlyMap<string, readonly string[]>;
};

type RequestOf<Method> = Method extends { request: MessageType<infer Request> } ? Request : never;
type ResponseOf<Method> = Method extends { response: MessageType<infer Response> } ? Response : never;

/** What serves a service: takes decoded requests, gives responses whose default fields may be left out, throws `StatusError`. */
export type Handlers<Service extends ServiceType> = {
  readonly [Name in keyof Service['methods']]: (
    request: RequestOf<Service['methods'][Name]>,
    call: Call,
  ) => Promise<Fields<ResponseOf<Service['methods'][Name]>>>;
};

/** What calls a service. */
export type Caller<Service extends ServiceType> = {
  readonly [Name in keyof Service['methods']]: (
    request: Fields<RequestOf<Service['methods'][Name]>>,
    options?: CallOptions,
  ) => Promise<ResponseOf<Service['methods'][Name]>>;
};

/** What a caller may ask for. */
export type CallOptions = {
  /** Milliseconds until the call fails with DEADLINE_EXCEEDED, here and at the server. */
  readonly timeoutMs?: number;
  readonly metadata?: ReadonlyMap<string, readonly string[]>;
};
