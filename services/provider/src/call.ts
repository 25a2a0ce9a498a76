// One passage at a provider's stop: candidate after candidate, each more than once where that may help, until one answers, a failure is final, or the
// next one is another vendor's.
import { modelId, providerNeeds, RouterError, type Candidate } from '@router-mesh/contracts';
import { nextCandidates, type StopPassage } from '@router-mesh/kernel';
import { answerClient } from './answer-client.ts';
import { answerFromCache } from './cached-answer.ts';
import { attemptOf, CallFailure, cutBy, errorOf, interrupted } from './failure.ts';
import { Hedge } from './hedge.ts';
import { callModel, tellFailure, type Calls } from './one-call.ts';
import { waitBeforeRetry } from './retry.ts';
import { SoleSeat } from './seat.ts';
import { wait } from './wait.ts';

const known: readonly string[] = providerNeeds;

/**
 * Serve a passage.
 *
 * INVARIANT (usage before the last frame): nothing ends an answer before the records of the passage's calls are stored or given up; a forward does not wait for them.
 */
export async function serveCall(calls: Calls, passage: StopPassage): Promise<void> {
  refuseNeeds(passage);
  if (passage.plan.cache !== undefined && (await answerFromCache(calls, passage, firstCandidate(passage)))) return;
  await calls.limits.within(passage, () => callCandidates(calls, passage));
}

async function callCandidates(calls: Calls, passage: StopPassage): Promise<void> {
  const stored: Promise<boolean>[] = [];
  let retried = 0;
  let answered = false;
  try {
    for (;;) {
      passage.checkDeadline();
      const { hedge_after_ms: afterMs } = passage.plan;
      const hedge = afterMs === undefined ? undefined : new Hedge(calls, passage, afterMs);
      try {
        const candidate = firstCandidate(passage);
        const called = await (hedge === undefined
          ? callModel(calls, passage, candidate, stored, new SoleSeat(passage, candidate))
          : hedge.call(candidate, stored));
        await answerClient(calls, passage, called, { stored, hedged: hedge?.raced });
        answered = true; // which has waited for them
        return;
      } catch (error) {
        // Of two that raced neither is tried again, and the first of the plan is the last that failed.
        const failed = { candidate: firstCandidate(passage), retried: hedge?.raced === true ? Infinity : retried };
        const next = await goOn(calls, passage, failed, error, stored);
        if (next === 'forwarded') return;
        retried = next === 'again' ? retried + 1 : 0;
      }
    }
  } finally {
    if (!answered) await Promise.all(stored);
  }
}

/** A plan may need what this stop cannot do; ignoring that would be no answer to it. */
function refuseNeeds({ plan, stop }: StopPassage): void {
  const need = plan.needs.find((one) => !known.includes(one));
  if (need === undefined) return;
  throw new RouterError('unavailable', `stop "${stop}" cannot do "${need}", which the plan needs`, {
    details: { reason: 'needs', stop, need },
  });
}

function firstCandidate({ plan, member, stop }: StopPassage): Candidate {
  const [candidate] = plan.candidates;
  if (candidate?.vendor === member) return candidate;
  throw new RouterError('internal', `stop "${stop}" got a passage for another vendor`);
}

/** A candidate that failed. */
interface Failed {
  readonly candidate: Candidate;
  /** How often it was tried again already. */
  readonly retried: number;
}

/**
 * Go on after a candidate failed: to the same one again once it may have recovered, else to the next.
 * @throws RouterError what the client is to be told, when there is none or none would help
 */
async function goOn(
  calls: Calls,
  passage: StopPassage,
  { candidate, retried }: Failed,
  error: unknown,
  stored: readonly Promise<boolean>[],
): Promise<'again' | 'here' | 'forwarded'> {
  const delivered = passage.answer.deltas;
  if (!(error instanceof CallFailure)) throw cutBy(error, delivered);
  const attempt = attemptOf(modelId(candidate), error);
  const attempts = [...passage.plan.attempts, attempt];
  tellFailure(calls, passage, attempt, error);
  if (delivered > 0) throw interrupted(delivered, error.message, { attempts });
  const waitMs = waitBeforeRetry({
    failure: error,
    retried,
    retries: candidate.retry ?? calls.document(candidate.vendor)?.retries ?? calls.settings.retries,
    backoff: candidate.backoff,
    others: nextCandidates(passage.plan.candidates, error.class).length > 0,
    remainingMs: passage.remainingMs(),
    random: Math.random(),
  });
  if (waitMs !== undefined) {
    await wait(waitMs, passage.signal);
    passage.tryAgain(attempt);
    return 'again';
  }
  calls.limits.fallingBack(passage, error.class);
  const next = passage.fallBack(attempt, Promise.all(stored));
  if (next === 'none') throw errorOf(error, attempts);
  return next;
}
