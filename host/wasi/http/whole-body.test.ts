import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { InstanceCancelled } from '../instance-scope.ts';
import { BodyPipe } from './body-pipe.ts';
import { PipeSource } from './pipe-source.ts';
import { createWholeBody, readWholeBody, WHOLE_BODY_LIMIT_BYTES } from './whole-body.ts';

const nameOf = (promise: Promise<unknown>) => promise.then(String, (error: Error) => error.name);

const reading = suite('readWholeBody');

reading('puts together what comes', async () => {
  const pipe = new BodyPipe();
  const whole = readWholeBody(new PipeSource(pipe));
  for (const byte of [1, 2, 3]) {
    pipe.put(new Uint8Array([byte, byte]));
    await Promise.resolve();
  }
  pipe.end();
  assert.equal(await whole, new Uint8Array([1, 1, 2, 2, 3, 3]));
});

reading('reads a body that is all there', async () => {
  for (const length of [0, 200_000]) {
    assert.is((await readWholeBody(new PipeSource(createWholeBody(new Uint8Array(length))))).length, length);
  }
});

reading('fails when the body breaks off', async () => {
  const pipe = new BodyPipe();
  const whole = readWholeBody(new PipeSource(pipe));
  pipe.put(new Uint8Array(1));
  pipe.abort();
  assert.is(await nameOf(whole), 'Error');
});

reading('fails when nobody wants it any more', async () => {
  const source = new PipeSource(new BodyPipe());
  const whole = nameOf(readWholeBody(source));
  source.cancel();
  assert.is(await whole, InstanceCancelled.name);
});

reading('holds no more than it may', async () => {
  const pipe = new BodyPipe();
  const whole = nameOf(readWholeBody(new PipeSource(pipe)));
  const chunk = new Uint8Array(WHOLE_BODY_LIMIT_BYTES / 4);
  for (const _ of [1, 2, 3, 4]) pipe.put(chunk);
  pipe.put(new Uint8Array(1));
  assert.is(await whole, 'BodyTooLongError');
});

reading.run();
