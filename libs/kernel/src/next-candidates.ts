// Which candidate is tried after one has failed, wherever it would be called from. Pure.
import type { Candidate } from '@router-mesh/contracts';

/** What is wrong with a request is wrong everywhere: a candidate that names no classes is not tried after these. */
const everywhere: readonly string[] = ['bad_request', 'content_filter'];

/**
 * The candidates that are left after the first of them failed: from the one on that is tried next, in the same order; none when no one is.
 *
 * Those before it that are not for this failure are left out for good: they are not tried after a later one either.
 * @param failure a `FailureClass`
 */
export function nextCandidates([, ...others]: readonly Candidate[], failure: string): readonly Candidate[] {
  const next = others.findIndex(({ on }) => on?.some((one) => one === failure) ?? !everywhere.includes(failure));
  return next === -1 ? [] : others.slice(next);
}
