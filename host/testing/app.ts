// The test app in a container, ready to answer.
import type { Containerd } from './containerd.ts';
import { importApp } from './images.ts';
import { findFreePort, untilAnswer } from './network.ts';

/** A small app with a route for each thing a test may want to see. */
export const TEST_APP = 'fixtures/apps/hello-c';

/** How an app is to run. */
export type RunAppOptions = {
  /** Further flags of `ctr run`. */
  readonly flags?: readonly string[];
  readonly folder?: string;
};

/** Runs an app on a free loopback port of the machine and waits until it answers; gives its URL. */
export async function runApp(containerd: Containerd, name: string, options: RunAppOptions = {}): Promise<string> {
  const image = await importApp(containerd, options.folder ?? TEST_APP);
  const address = `127.0.0.1:${await findFreePort()}`;
  const flags = ['--net-host', ...(options.flags ?? [])];
  await containerd.run(name, image, { flags, environment: [`SPIN_HTTP_LISTEN_ADDR=${address}`] });
  await untilAnswer(`http://${address}/hello`);
  return `http://${address}`;
}
