// `wasi:http/types@0.2` as the engines import it.

import type { IoError } from '../io/error.ts';
import { FutureTrailers, IncomingBody, OutgoingBody } from './body.ts';
import type { ErrorCode } from './error-code.ts';
import { Fields } from './fields.ts';
import { IncomingRequest, OutgoingRequest, RequestOptions } from './request.ts';
import { FutureIncomingResponse, IncomingResponse, OutgoingResponse, ResponseOutparam } from './response.ts';

/** Functions and resources of `wasi:http/types@0.2`. */
export const httpTypes = {
  httpErrorCode: (error: IoError): ErrorCode | undefined => error.detail.http,
  Fields,
  FutureIncomingResponse,
  FutureTrailers,
  IncomingBody,
  IncomingRequest,
  IncomingResponse,
  OutgoingBody,
  OutgoingRequest,
  OutgoingResponse,
  RequestOptions,
  ResponseOutparam,
};
