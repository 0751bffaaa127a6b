// Lets a component answer a request through `fermyon:spin/inbound-http`, the export of components for Spin 1: a record in, a record
// out, bodies whole.

import {
  parseSpinMethod,
  type SpinMethod,
  type SpinRequest,
  type SpinResponse,
} from '../../factor/outbound-http/spin-http.ts';
import { pairsOf } from '../../wasi/http/field-list.ts';
import { Fields, isHopByHop } from '../../wasi/http/fields.ts';
import type { IncomingRequestHead } from '../../wasi/http/request.ts';
import { decodeUtf8 } from '../../wasi/latin1.ts';
import type { TriggerComponent } from '../trigger.ts';
import type { Asker, HandledRequest } from './incoming-handler.ts';
import { serveWhole, type WholeAnswer } from './whole-answer.ts';

const encoder = new TextEncoder();

/** Serves one request. A method that the interface has no name for is answered with 405. Never rejects. */
export async function serveWithInboundHttp(
  component: TriggerComponent,
  request: HandledRequest,
  asker: Asker,
  log: (line: string) => void,
): Promise<void> {
  const method = parseSpinMethod(request.head.method);
  if (method === undefined) {
    asker.answer(405, [], undefined);
    return;
  }
  await serveWhole(request, asker, log, async (body, adopt) => {
    const instance = adopt(await component.instantiate());
    const args = [createSpinRequest(method, request.head, body)];
    return answerFromResponse((await instance.call(component.handler, 'handle-request', args)) as SpinResponse);
  });
}

function createSpinRequest(method: SpinMethod, head: IncomingRequestHead, body: Uint8Array): SpinRequest {
  const headers = pairsOf(head.headers.raw()).map(([name, value]): [string, string] => [name, decodeUtf8(value)]);
  return { method, uri: head.pathWithQuery, headers, params: [], body };
}

/** Throws an `Error` for a response that cannot be sent. */
function answerFromResponse({ status, headers = [], body = new Uint8Array(0) }: SpinResponse): WholeAnswer {
  if (status < 200 || status > 600) throw new Error(`the guest answered with status ${status}, which is no final one`);
  return { status, headers: createFields(headers), body };
}

function createFields(headers: readonly (readonly [string, string])[]): Fields {
  const fields = new Fields();
  for (const [name, value] of headers) {
    if (isHopByHop(name.toLowerCase())) continue;
    try {
      fields.append(name, encoder.encode(value));
    } catch (cause) {
      throw new Error(`the guest answered with ${JSON.stringify(name)}, which is no valid header`, { cause });
    }
  }
  return fields;
}
