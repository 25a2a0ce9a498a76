// One passage at a provider's stop: candidate after candidate, until one answers, a failure is final, or the next one is another vendor's.
import { modelId, RouterError, slotsNeed, type Candidate } from '@router-mesh/contracts';
import type { StopPassage } from '@router-mesh/kernel';
import { attemptOf, CallFailure, errorOf, fallsBack } from './failure.ts';
import { callModel, type Calls } from './one-call.ts';

/**
 * Serve a passage.
 *
 * INVARIANT (usage before the last frame): nothing ends an answer before the records of the passage's calls are stored or given up; a forward does not wait for them.
 */
export async function serveCall(calls: Calls, passage: StopPassage): Promise<void> {
  refuseNeeds(passage);
  await calls.limits.within(passage, () => callCandidates(calls, passage));
}

async function callCandidates(calls: Calls, passage: StopPassage): Promise<void> {
  const stored: Promise<boolean>[] = [];
  try {
    for (;;) {
      passage.checkDeadline();
      const candidate = firstCandidate(passage);
      try {
        await callModel(calls, passage, candidate, stored);
        return;
      } catch (error) {
        if (goOn(calls, passage, candidate, error, stored) === 'forwarded') return;
      }
    }
  } finally {
    await Promise.all(stored);
  }
}

/** A plan may need what this stop cannot do; ignoring that would be no answer to it. */
function refuseNeeds({ plan, stop }: StopPassage): void {
  const need = plan.needs.find((one) => one !== slotsNeed);
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

/** Go on to the next candidate after one failed. @throws RouterError what the client is to be told, when there is none or none would help */
function goOn(
  { house, limits }: Calls,
  passage: StopPassage,
  candidate: Candidate,
  error: unknown,
  stored: readonly Promise<boolean>[],
): 'here' | 'forwarded' {
  const delivered = passage.answer.deltas;
  if (!(error instanceof CallFailure)) throw delivered > 0 ? cutBy(error, delivered) : error;
  const attempt = attemptOf(modelId(candidate), error);
  const attempts = [...passage.plan.attempts, attempt];
  const { request } = passage;
  // `message` is ours; what the upstream said goes to the client alone, for it may quote the prompt.
  house.log.warn(
    { request, model: attempt.model, class: error.class, status: error.status, reason: error.message, delivered },
    'a call failed',
  );
  if (delivered > 0) throw interrupted(delivered, error.message, { attempts });
  limits.fallingBack(passage);
  const next = fallsBack(error.class) ? passage.fallBack(attempt, Promise.all(stored)) : 'none';
  if (next === 'none') throw errorOf(error, attempts);
  return next;
}

/** What ends a stream that has begun; cancels, deadlines and our bugs are told as they are. */
function cutBy(error: unknown, delivered: number): unknown {
  const cuts = error instanceof RouterError && (error.code === 'unavailable' || error.code === 'too_large');
  return cuts ? interrupted(delivered, error.message, {}) : error;
}

function interrupted(delivered: number, why: string, details: object): RouterError {
  return new RouterError('stream_interrupted', `the stream was cut after ${delivered} deltas: ${why}`, {
    details: { delivered, ...details },
  });
}
