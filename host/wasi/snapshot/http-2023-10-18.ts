// wasi:http@0.2.0-rc-2023-10-18 in terms of 0.2: messages were made in one call, what was wrong with one trapped, and an error was a
// text of one of four kinds.

import { FutureTrailers, type Result } from '../http/body.ts';
import type { ErrorCode } from '../http/error-code.ts';
import { Fields } from '../http/fields.ts';
import type { Method, Scheme } from '../http/method.ts';
import { OutgoingRequest, RequestOptions } from '../http/request.ts';
import { FutureIncomingResponse, type IncomingResponse, OutgoingResponse } from '../http/response.ts';
import { nanosFromMs, takeTrailers } from './http-2023-11-10.ts';
import { createView } from './resource-view.ts';

/** `wasi:http/types.error`: the one case that the host gives. */
type HttpError = { readonly tag: 'unexpected-error'; readonly val: string };

/** `wasi:http/types.request-options`, in milliseconds. */
type RequestOptionsRecord = {
  readonly connectTimeoutMs?: number | undefined;
  readonly firstByteTimeoutMs?: number | undefined;
  readonly betweenBytesTimeoutMs?: number | undefined;
};

class FilledFields extends Fields {
  constructor(entries: readonly (readonly [string, Uint8Array])[]) {
    super(trapping('fields', () => Fields.fromList(entries).raw()));
  }
}

class FilledRequest extends OutgoingRequest {
  constructor(
    method: Method,
    pathWithQuery: string | undefined,
    scheme: Scheme | undefined,
    authority: string | undefined,
    headers: Fields,
  ) {
    super(headers.clone());
    trapping('method', () => this.setMethod(method));
    trapping('path', () => this.setPathWithQuery(pathWithQuery));
    trapping('scheme', () => this.setScheme(scheme));
    trapping('authority', () => this.setAuthority(authority));
  }

  write() {
    return this.body();
  }
}

class FilledResponse extends OutgoingResponse {
  constructor(status: number, headers: Fields) {
    super(headers.clone());
    trapping('status', () => this.setStatusCode(status));
  }

  write() {
    return this.body();
  }
}

/** What `wasi:http/types` had otherwise. */
export const httpTypes20231018 = {
  Fields: FilledFields,
  OutgoingRequest: FilledRequest,
  OutgoingResponse: FilledResponse,
  FutureTrailers: createView(FutureTrailers, {
    get(): Result<Fields, HttpError> | undefined {
      const trailers = takeTrailers(this);
      if (trailers?.tag === 'ok') return { tag: 'ok', val: trailers.val ?? new Fields([], true) };
      return trailers && { tag: 'err', val: httpErrorFromCode(trailers.val) };
    },
  }),
  FutureIncomingResponse: createView(FutureIncomingResponse, {
    get(): Result<Result<IncomingResponse, HttpError>, undefined> | undefined {
      const taken = FutureIncomingResponse.prototype.get.call(this);
      if (taken?.tag !== 'ok' || taken.val.tag !== 'err')
        return taken as Result<Result<IncomingResponse, never>, undefined>;
      return { tag: 'ok', val: { tag: 'err', val: httpErrorFromCode(taken.val.val) } };
    },
  }),
};

/** Constructors could not give an error. */
function trapping<T>(what: string, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    throw new Error(`invalid ${what} of a message`, { cause });
  }
}

type Handle = (request: OutgoingRequest, options: RequestOptions | undefined) => FutureIncomingResponse;

/** Creates `wasi:http/outgoing-handler` out of that of 0.2. It throws an `HttpError`. */
export function createOutgoingHandler20231018({ handle }: { readonly handle: Handle }) {
  return {
    handle(request: OutgoingRequest, options: RequestOptionsRecord | undefined): FutureIncomingResponse {
      try {
        return handle(request, options && optionsFromRecord(options));
      } catch (error) {
        throw isErrorCode(error) ? httpErrorFromCode(error) : error;
      }
    },
  };
}

function optionsFromRecord(record: RequestOptionsRecord): RequestOptions {
  const options = new RequestOptions();
  options.setConnectTimeout(nanosFrom(record.connectTimeoutMs));
  options.setFirstByteTimeout(nanosFrom(record.firstByteTimeoutMs));
  options.setBetweenBytesTimeout(nanosFrom(record.betweenBytesTimeoutMs));
  return options;
}

function nanosFrom(ms: number | undefined): bigint | undefined {
  return ms === undefined ? undefined : nanosFromMs(BigInt(ms));
}

function isErrorCode(error: unknown): error is ErrorCode {
  return typeof error === 'object' && error !== null && 'tag' in error;
}

function httpErrorFromCode(code: ErrorCode): HttpError {
  return { tag: 'unexpected-error', val: code.tag === 'internal-error' ? (code.val ?? code.tag) : code.tag };
}
