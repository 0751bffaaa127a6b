// `fermyon:spin/http-types`: requests and responses as SDKs of Spin 1 know them, records with the whole body.

/** A method that `fermyon:spin/http-types` has a name for. */
export type SpinMethod = 'get' | 'post' | 'put' | 'delete' | 'patch' | 'head' | 'options';

const METHODS: ReadonlySet<string> = new Set(['get', 'post', 'put', 'delete', 'patch', 'head', 'options']);

/** `request`. */
export type SpinRequest = {
  readonly method: SpinMethod;
  /** A URL, or the path and query of a request to the app itself. */
  readonly uri: string;
  readonly headers: readonly (readonly [string, string])[];
  /** Without meaning since Spin 0.8. */
  readonly params: readonly (readonly [string, string])[];
  readonly body?: Uint8Array | undefined;
};

/** `response`. */
export type SpinResponse = {
  readonly status: number;
  readonly headers?: readonly (readonly [string, string])[] | undefined;
  readonly body?: Uint8Array | undefined;
};

/** `http-error`: the cases that the host gives. */
export type SpinHttpError = 'destination-not-allowed' | 'invalid-url' | 'runtime-error';

/** Parses a method as it stands in a request line. Returns nothing for one without a name. */
export function parseSpinMethod(text: string): SpinMethod | undefined {
  const method = text.toLowerCase();
  return METHODS.has(method) && text === method.toUpperCase() ? (method as SpinMethod) : undefined;
}
