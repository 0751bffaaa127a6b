// Waiting for what gives no event, with a deadline.
import { setTimeout as delay } from 'node:timers/promises';

const PAUSE_MS = 20;

/** How many times as long as elsewhere everything may take: an emulated machine is slow. From the environment's TIME_SCALE. */
export const timeScale = Number(process.env['TIME_SCALE'] ?? 1);

/** Asks `probe` again and again until it gives something; a rejection counts as nothing. Rejects after the deadline, naming `what`. */
export async function until<T>(
  what: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  timeoutMs = 15_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs * timeScale;
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
  throw new Error(`${what}: not within ${timeoutMs * timeScale} ms`, { cause: last });
}
