// When a refused client should ask again. Pure: the random number comes in.

const leastMs = 100;
const mostMs = 5000;
/** Where nothing is known of how long handlers take, ms. */
const guessMs = 1000;

/** How much the latest handler time counts. */
const weight = 0.1;

/** The recent handler time after one more was measured, ms: an average that forgets. */
export function recentTime(before: number | undefined, ms: number): number {
  return before === undefined ? ms : before + weight * (ms - before);
}

/**
 * How long until a stop that has `load` times its cap in flight is down to half of it, at its recent pace (Little's law); 100 to 5 000 ms.
 *
 * Spread by a half to both sides, for those who were refused together should not come back together.
 * @param recentMs recent handler time, undefined when nothing has ended yet
 * @param random 0 to 1
 */
export function retryAfterMs(recentMs: number | undefined, load: number, random: number): number {
  const share = load > 0.5 ? (load - 0.5) / load : 0;
  return spread((recentMs ?? guessMs) * share, random);
}

/** The same where nobody listens and nothing is known of anybody. */
export function retryLaterMs(random: number): number {
  return spread(guessMs, random);
}

function spread(ms: number, random: number): number {
  const spreadMs = Math.min(mostMs, Math.max(2 * leastMs, ms)) * (0.5 + random);
  return Math.round(Math.min(mostMs, Math.max(leastMs, spreadMs)));
}
