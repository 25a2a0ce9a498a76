// The two records of a call, made from the passage and what came of it.
import {
  modelId,
  RouterError,
  type Candidate,
  type Estimate,
  type FinishedRecord,
  type Outcome,
  type Plan,
  type StartedRecord,
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
  readonly attempt: number;
  readonly leg: number;
  readonly tenant: string;
  readonly plan: Plan;
  readonly candidate: Candidate;
  readonly instance: string;
  readonly estimate: Estimate;
  /** Epoch ms, as all times here. */
  readonly deadline: number;
  readonly startedAt: number;
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
  return {
    call: newUlid(),
    request,
    attempt,
    leg,
    tenant,
    plan,
    candidate,
    instance,
    estimate,
    deadline,
    startedAt: Date.now(),
  };
}

export function startedRecord(facts: CallFacts): StartedRecord {
  const { plan, startedAt } = facts;
  return {
    kind: 'started',
    call: facts.call,
    request: facts.request,
    attempt: facts.attempt,
    leg: facts.leg,
    at: plan.at,
    tenant: facts.tenant,
    verb: plan.verb,
    model: modelId(facts.candidate),
    stream: plan.stream,
    policy: plan.policy,
    route: plan.route,
    instance: facts.instance,
    estimate: facts.estimate,
    deadline: facts.deadline,
    started_at: startedAt,
  };
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
export function finishedRecord(
  facts: CallFacts,
  { outcome, error, status, unreached }: CallEnd,
  { reported, saidBytes, firstAt }: Pick<Heard, 'reported' | 'saidBytes' | 'firstAt'>,
  { finishedAt, trail }: { readonly finishedAt: number; readonly trail: string },
): FinishedRecord {
  const atWork =
    !unreached &&
    (outcome !== 'failed' || error === 'timeout' || error === 'deadline_exceeded' || error === 'unavailable');
  return {
    ...startedRecord(facts),
    kind: 'finished',
    outcome,
    usage: usageOf({ reported, estimate: facts.estimate, saidBytes, worked: atWork || saidBytes > 0 }),
    ...(error === undefined ? {} : { error }),
    ...(status === undefined ? {} : { status }),
    ...(firstAt === undefined ? {} : { first_at: firstAt }),
    finished_at: finishedAt,
    trail,
  };
}
