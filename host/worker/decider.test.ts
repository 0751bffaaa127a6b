import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { PreparedComponent } from '../engine/engine.ts';
import type { Decision, HttpEvent } from '../gen/runtime.ts';
import { createDecider } from './decider.ts';

const DISPATCH = 'containerd-shim-spin:runtime/dispatch@0.1.0';

function eventTo(path: string): HttpEvent {
  return { method: 'GET', path, headers: [], clientAddr: '127.0.0.1:1' };
}

/** A guest runtime that decides by path, fails on `/fail`, and records what happens to it. */
function createRuntime(exports: string[] = [DISPATCH]) {
  const told: string[] = [];
  let instances = 0;
  const runtime: PreparedComponent = {
    imports: [],
    exports,
    inUse: 0,
    running: undefined,
    async instantiate(createHost) {
      const name = instances++;
      const host = createHost();
      return {
        owner: undefined,
        async call(exportName, functionName, [event]) {
          assert.equal([exportName, functionName], [DISPATCH, 'decide']);
          const { path } = event as HttpEvent;
          told.push(`${name} asked ${path}`);
          await new Promise((resolve) => setImmediate(resolve));
          told.push(`${name} done ${path}`);
          if (path === '/fail') throw new Error('unreachable');
          return { tag: 'component', val: path } satisfies Decision;
        },
        dispose() {
          told.push(`${name} disposed`);
          host.release();
        },
      };
    },
  };
  return { told, decide: () => createDecider(runtime, () => ({ imports: {}, release: () => {} })) };
}

const decider = suite('createDecider');

decider('asks one event at a time, of one instance', async () => {
  const { told, decide } = createRuntime();
  const ask = decide();
  const decisions = await Promise.all([ask(eventTo('/a')), ask(eventTo('/b'))]);
  assert.equal(decisions, [
    { tag: 'component', val: '/a' },
    { tag: 'component', val: '/b' },
  ]);
  assert.equal(told, ['0 asked /a', '0 done /a', '0 asked /b', '0 done /b']);
});

decider('starts anew after a failure, which only its own event sees', async () => {
  const { told, decide } = createRuntime();
  const ask = decide();
  const failed = ask(eventTo('/fail')).catch((error: Error) => error.message);
  assert.equal(await ask(eventTo('/b')), { tag: 'component', val: '/b' });
  assert.is(await failed, 'unreachable');
  assert.equal(told, ['0 asked /fail', '0 done /fail', '0 disposed', '1 asked /b', '1 done /b']);
});

decider('refuses a guest runtime that decides nothing', () =>
  assert.throws(() => createRuntime([]).decide(), /exports no dispatch interface/),
);

decider.run();
