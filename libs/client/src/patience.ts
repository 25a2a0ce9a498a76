// How long a client waits: for the first frame before it asks again, and for the next one before it gives a producer up.

/** In ticks of the client's ticker. */
export interface Patience {
  /** Without a frame for this long a producer is dead. Living ones beat every 2 s. */
  readonly silent: number;
  /** For each further publication: how long after the one before, when no frame at all has come. */
  readonly republish: readonly number[];
}

/** The period of the ticker, ms. */
export const tickMs = 100;

const silentMs = 6000;
/** Twice, then no more: what three of them did not bring would be load without hope. A stop that keeps a request says so after 500 ms. */
const republishMs: readonly number[] = [1000, 3000];
/** Requests that were lost together are not sent again together. */
const jitter = 0.2;

/** The patience with one request. @param random from 0 to 1 */
export function drawPatience(random: () => number = Math.random): Patience {
  const jittered = (ms: number): number => Math.round((ms / tickMs) * (1 + jitter * (2 * random() - 1)));
  return { silent: silentMs / tickMs, republish: republishMs.map(jittered) };
}
