// Waiting for what gives no event, with a deadline.
import { setTimeout as delay } from 'node:timers/promises';

const PAUSE_MS = 20;

/** Asks `probe` again and again until it gives something; a rejection counts as nothing. Rejects after the deadline, naming `what`. */
export async function until<T>(
  what: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  timeoutMs = 15_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  let last: unknown;
  while (performance.now() < deadline) {
    try {
      const found = await probe();
      if (found !== undefined && found !== false) return found;
    } catch (error) {
      last = error;
    }
    await delay(PAUSE_MS);
  }
  throw new Error(`${what}: not within ${timeoutMs} ms`, { cause: last });
}
