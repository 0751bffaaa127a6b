// wasi:io/error@0.2: https://github.com/WebAssembly/wasi-io/blob/main/wit/error.wit

import type { ErrorCode as FilesystemErrorCode } from '../filesystem/error-code.ts';
import type { ErrorCode as HttpErrorCode } from '../http/error-code.ts';

/** What an interface that downcasts the error may find in it. */
export type IoErrorDetail = { readonly http?: HttpErrorCode; readonly filesystem?: FilesystemErrorCode };

/** The resource `error`. It is a value for the guest, never thrown by itself. */
export class IoError {
  readonly message: string;
  readonly detail: IoErrorDetail;

  constructor(message: string, detail: IoErrorDetail = {}) {
    this.message = message;
    this.detail = detail;
  }

  toDebugString(): string {
    return this.message;
  }
}

/** `wasi:io/streams.stream-error`. */
export type StreamError = { readonly tag: 'last-operation-failed'; readonly val: IoError } | { readonly tag: 'closed' };

/** The stream error of a stream that is at its end. */
export const STREAM_CLOSED: StreamError = Object.freeze({ tag: 'closed' });
