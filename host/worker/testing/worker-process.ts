// A worker as the process it is, from the sources, for tests of what it writes where and how it ends.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from '../../testing/until.ts';
import {
  createAppPlan,
  createComponentPlan,
  createRoute,
  type PreparedAppFixture,
  prepareTestApp,
  readComponent,
} from './prepared-app.ts';

const hello = await readComponent('hello-c/hello.wasm');

/** A worker process. */
export class WorkerProcess implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly #fixture: PreparedAppFixture;
  readonly #ending: Promise<unknown[]>;
  stdout = '';
  stderr = '';

  constructor(fixture: PreparedAppFixture) {
    this.#fixture = fixture;
    const main = join(import.meta.dirname, '../../main.ts');
    const args = ['--disable-warning=ExperimentalWarning', main, 'worker', fixture.mount];
    this.child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
    this.#ending = once(this.child, 'close');
    this.child.stdout?.on('data', (chunk) => {
      this.stdout += chunk;
    });
    this.child.stderr?.on('data', (chunk) => {
      this.stderr += chunk;
    });
  }

  /** Resolves with the port when the worker has said where it listens. */
  serving(): Promise<number> {
    return until('the worker listens', () => {
      if (this.child.exitCode !== null) throw new Error(this.stderr);
      return Number(/^Serving .*:(\d+)$/m.exec(this.stdout)?.[1]) || undefined;
    });
  }

  /** Reads what a kubelet would show as the container's message. */
  terminationMessage(): Promise<string> {
    return readFile(this.#fixture.terminationMessagePath, 'utf8');
  }

  /** Resolves with the exit code when the worker has ended by itself. */
  async exitCode(): Promise<number | null> {
    await this.#ending;
    return this.child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGKILL');
    await this.#ending;
    await this.#fixture.remove();
  }
}

/** Starts a worker with an app of one component, by default the test app written in C. */
export async function startHello(
  environment: Readonly<Record<string, string>> = {},
  binary = hello,
): Promise<WorkerProcess> {
  const plan = createAppPlan([createComponentPlan('hello', { description: 'Says hello' })], [createRoute('hello')]);
  const listen = { SPIN_HTTP_LISTEN_ADDR: '127.0.0.1:0', ...environment };
  return new WorkerProcess(await prepareTestApp(plan, { hello: binary }, 'link', listen));
}
