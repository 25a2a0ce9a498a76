// The two records of a call, made from the passage and what came of it.
import {
  callText,
  modelId,
  RouterError,
  type Candidate,
  type Estimate,
  type Outcome,
  type RecordedEnd,
} from '@router-mesh/contracts';
import { newUlid, type StopPassage } from '@router-mesh/kernel';
import { CallFailure } from './failure.ts';
import type { Heard } from './heard.ts';
import { isOutrun } from './holding.ts';
import { usageOf } from './usage.ts';

/** What a call is, whatever comes of it. */
export interface CallFacts {
  readonly call: string;
  readonly request: string;
  readonly tenant: string;
  readonly estimate: Estimate;
  /** Epoch ms. */
  readonly startedAt: number;
  /** What both of its records say, as `callText` made it. */
  readonly text: string;
}

/** How a call ended. */
export interface CallEnd {
  readonly outcome: Outcome;
  /** Failure class or error code; undefined when answered. */
  readonly error: string | undefined;
  readonly status: number | undefined;
  /** Whether the model cannot have seen the request. */
  readonly unreached: boolean;
}

/** A call that begins now. */
export function factsOf(
  instance: string,
  {
    request,
    tenant,
    plan,
    travel: { attempt, leg, deadline },
  }: Pick<StopPassage, 'request' | 'tenant' | 'plan' | 'travel'>,
  candidate: Candidate,
  estimate: Estimate,
): CallFacts {
  const call = newUlid();
  const startedAt = Date.now();
  const text = callText({
    call,
    request,
    attempt,
    leg,
    at: plan.at,
    tenant,
    verb: plan.verb,
    model: modelId(candidate),
    stream: plan.stream,
    policy: plan.policy,
    route: plan.route,
    instance,
    estimate,
    deadline,
    started_at: startedAt,
  });
  return { call, request, tenant, estimate, startedAt, text };
}

/** @param delivered how many deltas the client had got @param error what was thrown; undefined when answered */
export function endOf(error: unknown, delivered: number): CallEnd {
  const end = { error: undefined, status: undefined, unreached: false };
  if (error === undefined) return { ...end, outcome: 'answered' };
  const outcome = delivered > 0 ? 'interrupted' : 'failed';
  if (error instanceof CallFailure)
    return { outcome, error: error.class, status: error.status, unreached: error.unreached };
  const ours = RouterError.from(error);
  const { code } = ours;
  if (code !== 'cancelled') return { ...end, outcome, error: code };
  return { ...end, outcome: isOutrun(ours) ? 'superseded' : 'cancelled', error: code };
}

/** A model that refused, broke off or was never reached has used nothing; one that was left at work is taken to have read the request. */
export function recordedEnd(
  { estimate }: Pick<CallFacts, 'estimate'>,
  { outcome, error, status, unreached }: CallEnd,
  { reported, saidBytes, firstAt }: Pick<Heard, 'reported' | 'saidBytes' | 'firstAt'>,
  { finishedAt, trail }: { readonly finishedAt: number; readonly trail: string },
): RecordedEnd {
  const atWork =
    !unreached &&
    (outcome !== 'failed' || error === 'timeout' || error === 'deadline_exceeded' || error === 'unavailable');
  return {
    outcome,
    usage: usageOf({ reported, estimate, saidBytes, worked: atWork || saidBytes > 0 }),
    error,
    status,
    first_at: firstAt,
    finished_at: finishedAt,
    trail,
  };
}
