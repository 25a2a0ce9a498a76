// Whether a candidate that failed is tried again before the next one, and when. Pure.
import type { Backoff } from '@router-mesh/contracts';
import type { CallFailure } from './failure.ts';

/** A wait that is longer is not worth it while another candidate is left, ms. */
const worthMs = 500;
/** The longest wait for the last candidate, ms. */
const longestMs = 10_000;
/** The first wait is between half of this and this, ms, where the plan says nothing else; each further one twice as long. */
const firstMs = 200;

export interface Situation {
  readonly failure: Pick<CallFailure, 'passing' | 'retryAfterMs'>;
  /** How often this candidate was tried again already. */
  readonly retried: number;
  /** How often it may be. */
  readonly retries: number;
  /** The waits that the plan wants for it. */
  readonly backoff?: Backoff | undefined;
  /** Whether another candidate is left. */
  readonly others: boolean;
  /** Until the deadline. */
  readonly remainingMs: number;
  /** From 0 to 1: spreads those that failed together. */
  readonly random: number;
}

/**
 * Ms to wait before the same candidate is tried again: exponential with jitter, and never before the upstream wants it. Where the plan says what to wait,
 * that is worth it; an upstream that wants more than the plan's longest wait is not waited for.
 * @returns undefined when it is not to be tried again: it failed in a way that does not pass, was tried often enough, or the wait is not worth it
 */
export function waitBeforeRetry({
  failure,
  retried,
  retries,
  backoff,
  others,
  remainingMs,
  random,
}: Situation): number | undefined {
  if (!failure.passing || retried >= retries) return undefined;
  const jitter = 0.5 + random / 2;
  const wantedMs = failure.retryAfterMs ?? 0;
  const waitMs = Math.round(wantedMs + (backoff?.base_ms ?? firstMs) * 2 ** retried * jitter);
  if (backoff !== undefined) {
    const cappedMs = Math.min(waitMs, backoff.cap_ms);
    return wantedMs > backoff.cap_ms || cappedMs >= remainingMs ? undefined : cappedMs;
  }
  return waitMs > (others ? worthMs : longestMs) || waitMs >= remainingMs ? undefined : waitMs;
}
