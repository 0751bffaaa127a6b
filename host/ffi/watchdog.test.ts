import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Watchdog } from './watchdog.ts';

/** (module (func (export "run") (loop (br 0)))) */
const endless = Uint8Array.from([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 7, 1, 3, 114, 117, 110, 0, 0, 10, 9, 1, 7, 0, 3, 64,
  12, 0, 11, 11,
]);

const { run } = new WebAssembly.Instance(new WebAssembly.Module(endless)).exports as { run: () => void };

const watchdog = suite('Watchdog');

/** Runs `work` where a promise resumes it, as guests are, and resolves in a later turn: nobody inside of `work` would be told. */
async function untilBitten(dog: Watchdog, work: () => void): Promise<void> {
  dog.arm();
  setImmediate(() => void Promise.resolve().then(work));
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      if (!dog.hasBitten) return;
      clearInterval(timer);
      resolve();
    }, 1);
  });
  dog.disarm();
}

watchdog('ends a guest that never returns, and no finally runs', async () => {
  const dog = new Watchdog(20);
  let isUnwound = false;
  await untilBitten(dog, () => {
    try {
      run();
    } finally {
      isUnwound = true;
    }
  });
  assert.is(isUnwound, false);
  dog.dispose();
});

watchdog('ends one guest after another', async () => {
  const dog = new Watchdog(5);
  let begun = 0;
  for (let round = 0; round < 20; round++) {
    await untilBitten(dog, () => {
      begun++;
      run();
    });
  }
  assert.is(begun, 20);
  dog.dispose();
});

watchdog('counts processor time, not the time that passes', async () => {
  const dog = new Watchdog(50);
  dog.arm();
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.is(dog.hasBitten, false);
  dog.dispose();
});

watchdog('does not count when it is not armed', () => {
  const dog = new Watchdog(1);
  dog.arm();
  dog.disarm();
  const end = performance.now() + 20;
  while (performance.now() < end);
  assert.is(dog.hasBitten, false);
  dog.dispose();
});

watchdog.run();
