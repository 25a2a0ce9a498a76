// Where a request goes next, and what becomes of it when nobody listens there. Pure.
import {
  asciiJson,
  maxPlanBytes,
  modelId,
  provider,
  RouterError,
  stopName,
  type Attempt,
  type Plan,
} from '@router-mesh/contracts';
import type { Travel } from '@router-mesh/wire';
import { nextCandidates } from './next-candidates.ts';

/** The stop to publish to, and the travel to publish with it. */
export interface NextStop {
  readonly stop: string;
  readonly optional: boolean;
  readonly travel: Travel;
}

/** Take the next stop off the itinerary. @throws RouterError `internal` when there is none */
export function nextStop(travel: Travel): NextStop {
  const [first, ...rest] = travel.itinerary;
  if (first === undefined) throw new RouterError('internal', 'a request has no stop left to visit');
  const optional = first.endsWith('?');
  return { stop: optional ? first.slice(0, -1) : first, optional, travel: { ...travel, itinerary: rest } };
}

/**
 * Where to go when a stop is not running: an optional one is left out, another candidate is tried in a provider's place.
 *
 * The server cannot tell a stop that nobody runs from one whose members are all at their cap: so the refusal says when to ask again.
 * @throws RouterError `unavailable` naming the stop when neither helps
 */
export function withoutStop({ stop, optional, travel }: NextStop, retryAfterMs = 1000): NextStop {
  if (optional) return nextStop(travel);
  const [candidate] = travel.plan.candidates;
  if (candidate !== undefined && stop === stopName(provider.call, candidate.vendor)) {
    const failed = afterFailure(travel, { model: modelId(candidate), class: 'not_running' });
    if (failed !== undefined) return failed;
  }
  const attempts = travel.plan.attempts.length === 0 ? {} : { attempts: travel.plan.attempts };
  throw new RouterError('unavailable', `stop "${stop}" is not running, or all of its replicas are at their cap`, {
    details: { reason: 'not_running', stop, retry_after_ms: retryAfterMs, ...attempts },
  });
}

/** The next candidate's stop after the first candidate failed: one leg further. Undefined when none is to be tried after such a failure. */
export function afterFailure(travel: Travel, attempt: Attempt): NextStop | undefined {
  const candidates = [...nextCandidates(travel.plan.candidates, attempt.class)];
  const [next] = candidates;
  if (next === undefined) return undefined;
  const plan = fitted({ ...travel.plan, candidates, attempts: [...travel.plan.attempts, attempt] });
  return {
    stop: stopName(provider.call, next.vendor),
    optional: false,
    travel: { ...travel, plan, leg: travel.leg + 1, itinerary: [] },
  };
}

/** The same candidate once more after it failed: one leg further, at the same stop. */
export function sameAgain(travel: Travel, attempt: Attempt): Travel {
  const plan = fitted({ ...travel.plan, attempts: [...travel.plan.attempts, attempt] });
  return { ...travel, plan, leg: travel.leg + 1, itinerary: [] };
}

/** What may become of a plan while its request stays where it is. */
export type Replanning = Partial<Pick<Plan, 'candidates' | 'attempts' | 'hedge_after_ms'>>;

/** The same stop and leg, with a plan that has changed. */
export function replanned(travel: Travel, changes: Replanning): Travel {
  return { ...travel, plan: fitted({ ...travel.plan, ...changes }) };
}

/** What upstreams said is worth less than the next candidate: it goes where the plan would not fit its header otherwise. */
function fitted(plan: Plan): Plan {
  if (asciiJson(plan).length <= maxPlanBytes) return plan;
  return { ...plan, attempts: plan.attempts.map(({ message: _, ...attempt }) => attempt) };
}
