// A client on the wire, as one who asks a component: its request's body, and where the answer goes.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BodySource } from '../../wasi/http/body.ts';
import type { BodyPipe } from '../../wasi/http/body-pipe.ts';
import { EmptyBodySource, MessageSource } from '../../wasi/http/message-source.ts';
import type { Asker } from './incoming-handler.ts';
import type { RequestHead } from './request-head.ts';
import type { RequestTarget } from './request-target.ts';
import { ResponseWriter, sendWhole } from './response-writer.ts';

/** A request as it came in. */
export type HttpExchange = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly head: RequestHead;
  readonly target: RequestTarget;
  /** `ip:port` of the peer. */
  readonly clientAddress: string;
  /** The client waits for a `100 Continue` before it sends the body. */
  readonly expectsContinue: boolean;
};

/** Creates the asker of a client. It is gone when its connection ends before the answer does. */
export function createClientAsker({ response }: HttpExchange): Asker {
  return {
    get isGone() {
      return response.destroyed && !response.writableFinished;
    },
    onGone(callback) {
      response.once('close', () => {
        if (!response.writableFinished) callback();
      });
    },
    answer: (status, headers, body) => answer(response, status, headers, body),
  };
}

/** Returns the body of a request. One that has none costs nothing. */
export function bodyOf({ head, request, response, expectsContinue }: HttpExchange): BodySource {
  if (!head.hasBody) return new EmptyBodySource();
  return new MessageSource(request, {
    errorCodeFrom: () => ({ tag: 'connection-terminated' }),
    ...(expectsContinue && { onFirstUse: () => response.writeContinue() }),
  });
}

function answer(response: ServerResponse, status: number, headers: string[], body: BodyPipe | undefined): void {
  if (body === undefined) {
    sendWhole(response, status, headers);
    return;
  }
  if (response.req.method === 'HEAD') body.waiveLength();
  response.on('drain', () => body.drained());
  body.attach(new ResponseWriter(response, status, headers));
}
