// Serves requests through exports that do not stream: the body is read before the guest is called, and the answer starts when the
// guest has returned. Until then anything that goes wrong is status 500; a body that is too long to be held is 413.

import type { ComponentInstance } from '../../engine/engine.ts';
import { withoutFields } from '../../wasi/http/field-list.ts';
import { type Fields, isHopByHop } from '../../wasi/http/fields.ts';
import { BodyTooLongError, createWholeBody, readWholeBody } from '../../wasi/http/whole-body.ts';
import type { Asker, HandledRequest } from './incoming-handler.ts';

/** An answer that is all there. */
export type WholeAnswer = {
  readonly status: number;
  /** Valid fields, names in lower case. */
  readonly headers: Fields;
  readonly body: Uint8Array;
};

/** Calls the guest with the request's body. `adopt` takes every instance, so that it ends with the request. */
export type CallWhole = (
  body: Uint8Array,
  adopt: (instance: ComponentInstance) => ComponentInstance,
) => Promise<WholeAnswer>;

/** Serves one request with `call`. Never rejects: what goes wrong becomes status 500 or 413 and a line for `log`. */
export async function serveWhole(
  { head, body }: HandledRequest,
  asker: Asker,
  log: (line: string) => void,
  call: CallWhole,
): Promise<void> {
  let instance: ComponentInstance | undefined;
  const release = () => {
    instance?.dispose();
    instance = undefined;
  };
  asker.onGone(() => {
    body.cancel();
    release();
  });
  try {
    const adopt = (made: ComponentInstance) => {
      instance = made;
      made.owner = asker;
      return made;
    };
    const answer = await call(await readWholeBody(body), adopt);
    if (!asker.isGone) send(head.method, answer, asker);
  } catch (error) {
    if (asker.isGone) return;
    log(`Error processing request: ${error instanceof Error ? error.message : String(error)}`);
    asker.answer(error instanceof BodyTooLongError ? 413 : 500, [], undefined);
  } finally {
    release();
  }
}

/** The length on the wire is that of the body; only an answer to HEAD may describe a body that it does not have. */
function send(method: string, { status, headers, body }: WholeAnswer, asker: Asker): void {
  const hasBody = body.length > 0 && status !== 204 && status !== 304;
  const isDescribed = method === 'HEAD' && !hasBody;
  const fields = withoutFields(
    headers.raw(),
    (name) => isHopByHop(name) || (name === 'content-length' && !isDescribed),
  );
  asker.answer(status, fields, hasBody ? createWholeBody(body) : undefined);
}
