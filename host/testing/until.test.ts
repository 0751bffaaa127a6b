import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from './until.ts';

const waiting = suite('until');

waiting('asks until there is something, and gives it', async () => {
  let asked = 0;
  assert.is(await until('three', () => (++asked === 3 ? 'third' : undefined)), 'third');
});

waiting('takes a rejection for nothing', async () => {
  let asked = 0;
  const probe = async () => {
    asked++;
    if (asked < 2) throw new Error('not yet');
    return asked;
  };
  assert.is(await until('the second', probe), 2);
});

waiting('names what did not come, and the last reason', async () => {
  const error = await until('the moon', () => Promise.reject(new Error('too far')), 30).catch(
    (reason: Error) => reason,
  );
  assert.match((error as Error).message, 'the moon: not within 30 ms');
  assert.match(String((error as Error).cause), 'too far');
});

waiting.run();
