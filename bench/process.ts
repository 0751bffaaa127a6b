// How long the executable takes to start: `-v`, beside a Node that does nothing.
import { mustRun } from '../host/testing/command.ts';
import { median } from './result.ts';

const ROUNDS = 21;

/** Measures in turn; gives the medians of the executable and of Node in milliseconds. */
export async function measureProcess(): Promise<[number, number]> {
  const samples: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    samples[0].push(await time('build/containerd-shim-spin-v2', ['-v']));
    samples[1].push(await time(process.execPath, ['-e', '0']));
  }
  return [median(samples[0]), median(samples[1])];
}

async function time(file: string, args: readonly string[]): Promise<number> {
  const startedMs = performance.now();
  await mustRun(file, args);
  return performance.now() - startedMs;
}
