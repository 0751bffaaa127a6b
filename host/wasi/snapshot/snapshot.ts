// The two snapshots of WASI 0.2 from 2023 that Spin takes: the host objects of 0.2 under the snapshots' names, changed where the
// interfaces differ. All packages of a snapshot have its date. Methods are found in the classes offered, as the engine of link plans does,
// not in the objects.

import { createOutgoingHandler20231018, httpTypes20231018 } from './http-2023-10-18.ts';
import { httpTypes20231110 } from './http-2023-11-10.ts';
import { createMonotonicClock20231018, poll20231018, streams20231018 } from './system-2023-10-18.ts';

type HostInterface = Record<string, unknown>;
type Adapt = (current: HostInterface) => HostInterface;

const NAME = /^(wasi:[a-z]+\/[a-z-]+)@0\.2\.0-rc-(2023-10-18|2023-11-10)$/;

const add =
  (changed: HostInterface): Adapt =>
  (current) => ({ ...current, ...changed });

/** Interfaces that differ from those of 0.2, by date and name. */
const adapters: Readonly<Record<string, Readonly<Record<string, Adapt>>>> = {
  '2023-11-10': { 'wasi:http/types': add(httpTypes20231110) },
  '2023-10-18': {
    'wasi:io/poll': () => poll20231018,
    'wasi:io/streams': add(streams20231018),
    'wasi:clocks/monotonic-clock': (clock) => createMonotonicClock20231018(clock as never),
    'wasi:http/types': add(httpTypes20231018),
    'wasi:http/outgoing-handler': (handler) => createOutgoingHandler20231018(handler as never),
  },
};

/** Returns host objects of an instance with those of `names` that are of a snapshot added. */
export function offerSnapshots(
  names: readonly string[],
  offered: Readonly<Record<string, HostInterface>>,
): Record<string, HostInterface> {
  const imports = { ...offered };
  for (const name of names) {
    const [, base = '', date = ''] = NAME.exec(name) ?? [];
    const current = offered[`${base}@0.2`];
    if (current !== undefined) imports[name] = adapters[date]?.[base]?.(current) ?? current;
  }
  return imports;
}
