import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ComponentInstance } from '../../engine/engine.ts';
import { BodyPipe } from '../../wasi/http/body-pipe.ts';
import { Fields } from '../../wasi/http/fields.ts';
import { PipeSource } from '../../wasi/http/pipe-source.ts';
import { createWholeBody } from '../../wasi/http/whole-body.ts';
import type { Asker } from './incoming-handler.ts';
import { type CallWhole, serveWhole } from './whole-answer.ts';

/** Remembers an answer; goes when it is told to. */
class TestAsker implements Asker {
  isGone = false;
  answered: unknown[] = [];
  #onGone = () => {};

  onGone(callback: () => void): void {
    this.#onGone = callback;
  }

  answer(status: number, headers: string[], body: BodyPipe | undefined): void {
    this.answered = [status, headers, body?.writtenBytes ?? 0];
  }

  leave(): void {
    this.isGone = true;
    this.#onGone();
  }
}

type Served = { readonly asker: TestAsker; readonly logged: string[]; readonly ended: Promise<void> };

function serve(call: CallWhole, { method = 'GET', pipe = createWholeBody(new Uint8Array(2)) } = {}): Served {
  const [asker, logged] = [new TestAsker(), [] as string[]];
  const head = { method, pathWithQuery: '/', authority: 'a', headers: new Fields() };
  const ended = serveWhole({ head, body: new PipeSource(pipe) }, asker, (line) => logged.push(line), call);
  return { asker, logged, ended };
}

function createInstance(onDispose: () => void): ComponentInstance {
  return { owner: undefined, call: () => Promise.resolve(), dispose: onDispose };
}

const whole = suite('serveWhole');

for (const [title, method, status, sent, answered] of [
  ['its own length', 'GET', 200, { list: ['content-length', '9', 'a', 'b'], length: 3 }, [200, ['a', 'b'], 3]],
  ['no body with 204', 'GET', 204, { list: ['a', 'b'], length: 3 }, [204, ['a', 'b'], 0]],
  ['no body with 304', 'GET', 304, { list: [], length: 3 }, [304, [], 0]],
  [
    'the length of another body to HEAD',
    'HEAD',
    200,
    { list: ['content-length', '9'], length: 0 },
    [200, ['content-length', '9'], 0],
  ],
  ['nothing of the connection', 'GET', 200, { list: ['connection', 'close'], length: 0 }, [200, [], 0]],
] as const) {
  whole(`sends ${title}`, async () => {
    const { asker, ended } = serve(
      async () => ({ status, headers: new Fields([...sent.list]), body: new Uint8Array(sent.length) }),
      { method },
    );
    await ended;
    assert.equal(asker.answered, answered);
  });
}

whole('gives the body to the guest, and ends the instance', async () => {
  let disposed = 0;
  const { asker, ended } = serve(async (body, adopt) => {
    const instance = adopt(createInstance(() => disposed++));
    assert.is(instance.owner, asker);
    return { status: 200, headers: new Fields(), body };
  });
  await ended;
  assert.equal([asker.answered, disposed], [[200, [], 2], 1]);
});

whole('answers 500 for what fails, and says why', async () => {
  const { asker, logged, ended } = serve(() => Promise.reject(new Error('because')));
  await ended;
  assert.equal([asker.answered, logged], [[500, [], 0], ['Error processing request: because']]);
});

whole('ends the instance when nobody waits any more, and answers nobody', async () => {
  let disposed = 0;
  const { asker, logged, ended } = serve((_, adopt) => {
    return new Promise((_, reject) => {
      adopt(
        createInstance(() => {
          disposed++;
          reject(new Error('cancelled'));
        }),
      );
      asker.leave();
    });
  });
  await ended;
  assert.equal([asker.answered, logged, disposed], [[], [], 1]);
});

whole('calls no guest when the client has gone before its body was there', async () => {
  let called = false;
  const { asker, ended } = serve(
    () => {
      called = true;
      return Promise.reject(new Error('called'));
    },
    { pipe: new BodyPipe() },
  );
  asker.leave();
  await ended;
  assert.equal([called, asker.answered], [false, []]);
});

whole.run();
