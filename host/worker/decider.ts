// Asks the guest runtime about events of dynamic entries. One instance of it lives as long as it works; it answers one event at a time.

import type { ComponentInstance, InstanceHost, PreparedComponent } from '../engine/engine.ts';
import type { Decision, HttpEvent } from '../gen/runtime.ts';

const DISPATCH = 'containerd-shim-spin:runtime/dispatch@';

/** Creates the function that asks. It rejects when the guest runtime fails; the next question then gets a new instance. */
export function createDecider(
  runtime: PreparedComponent,
  createHost: () => InstanceHost,
): (event: HttpEvent) => Promise<Decision> {
  const exportName = runtime.exports.find((name) => name.startsWith(DISPATCH));
  if (exportName === undefined) throw new Error('the guest runtime exports no dispatch interface');
  let instance: Promise<ComponentInstance> | undefined;
  let last: Promise<unknown> = Promise.resolve();

  async function ask(event: HttpEvent): Promise<Decision> {
    instance ??= Promise.try(() => runtime.instantiate(createHost));
    try {
      return (await (await instance).call(exportName as string, 'decide', [event])) as Decision;
    } catch (error) {
      instance?.then(
        (failed) => failed.dispose(),
        () => {},
      );
      instance = undefined;
      throw error;
    }
  }

  return (event) => {
    const answer = last.then(() => ask(event));
    last = answer.catch(() => {});
    return answer;
  };
}
