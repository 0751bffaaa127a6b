// The frame of tests on one test app under a worker of its own.
import { suite } from 'uvu';
import { findApp } from '../build/fixture/app.ts';
import { type ServedApp, serveApp } from './served-app.ts';

/** Declares a test on the app that is served. */
export type Declare = (title: string, body: (app: ServedApp) => Promise<void>) => void;

/**
 * Declares and runs a suite over a test app that a worker serves, from before the first test until after the last. Prints a line and runs
 * nothing when the app could not be built on this machine.
 */
export function onApp(
  name: string,
  environment: Readonly<Record<string, string>>,
  declare: (test: Declare) => void,
): void {
  const folder = findApp(name);
  if (!folder) {
    process.stdout.write(`skipped: ${name} is not built on this machine (make fixtures says why)\n`);
    return;
  }
  const tests = suite(name);
  let app: ServedApp | undefined;
  tests.before(async () => {
    app = await serveApp(folder, environment);
  });
  tests.after(async () => app?.[Symbol.asyncDispose]());
  declare((title, body) =>
    tests(title, async () => {
      if (!app) throw new Error('the app was not started');
      await body(app);
    }),
  );
  tests.run();
}
