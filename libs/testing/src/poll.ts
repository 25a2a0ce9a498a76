// Waiting for something to become true, without guessing how long it takes.
import { setTimeout as sleep } from 'node:timers/promises';

/** Ask again and again until something is there. @throws Error saying what did not come in time */
export async function poll<Found>(
  what: string,
  ask: () => Found | undefined | Promise<Found | undefined>,
  timeoutMs = 20_000,
): Promise<Found> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    const found = await ask();
    if (found !== undefined) return found;
    if (Date.now() > until) throw new Error(`${what} did not come within ${timeoutMs} ms`);
    await sleep(20);
  }
}

/** Wait for a claim to hold. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, timeoutMs?: number): Promise<void> {
  await poll(what, async () => ((await holds()) ? true : undefined), timeoutMs);
}
