import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Admission } from './admission.ts';

const admissions = suite('Admission');

/** A way in with `room` places, and who came in. */
function createAdmission(room: number) {
  const inside: string[] = [];
  const admission = new Admission(() => inside.length < room);
  const enter = async (name: string) => {
    await admission.enter();
    inside.push(name);
  };
  const leave = async () => {
    inside.shift();
    admission.leave();
    await Promise.resolve();
    await Promise.resolve();
  };
  return { inside, admission, enter, leave };
}

admissions('lets an event in at once while there is room', () => {
  assert.is(new Admission(() => true).enter(), undefined);
});

admissions('lets events in one after another, in the order they came, when room comes free', async () => {
  const { inside, enter, leave } = createAdmission(1);
  await enter('a');
  enter('b');
  enter('c');
  await Promise.resolve();
  assert.equal(inside, ['a']);
  await leave();
  assert.equal(inside, ['b']);
  await leave();
  assert.equal(inside, ['c']);
});

admissions('lets nobody pass those who wait', async () => {
  let room = 0;
  const admission = new Admission(() => room > 0);
  const first = admission.enter();
  room = 1;
  assert.instance(admission.enter(), Promise);
  admission.leave();
  await first;
});

admissions('forgets who waits', async () => {
  const { inside, admission, enter, leave } = createAdmission(1);
  await enter('a');
  enter('lost');
  admission.clear();
  await leave();
  assert.equal(inside, []);
  assert.is(admission.enter(), undefined);
});

admissions('lets events in that wait when room comes free without one that leaves', async () => {
  let room = 0;
  const admission = new Admission(() => room > 0);
  const entering = Promise.all([admission.enter(), admission.enter()]);
  room = 1;
  // Those who wait keep no process alive.
  const alive = setInterval(() => undefined, 1_000);
  await entering;
  clearInterval(alive);
});

admissions.run();
