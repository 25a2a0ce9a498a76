// The two records of a call, made from the passage and what came of it. Pure.
import { modelId, type Candidate, type FinishedRecord, type Outcome, type Plan, type StartedRecord, type Usage } from '@router-mesh/contracts';
import { tokensOf, type Prepared, type Reported } from './openai.ts';

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
  readonly estimate: Prepared['estimate'];
  readonly deadline: number;
  readonly startedAt: number;
}

/** What came of it. */
export interface CallEnd {
  readonly outcome: Outcome;
  readonly usage: Usage;
  readonly error?: string;
  readonly status?: number;
  readonly firstAt?: number;
  readonly finishedAt: number;
  readonly trail: string;
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

export function finishedRecord(facts: CallFacts, end: CallEnd): FinishedRecord {
  return {
    ...startedRecord(facts),
    kind: 'finished',
    outcome: end.outcome,
    usage: end.usage,
    ...(end.error === undefined ? {} : { error: end.error }),
    ...(end.status === undefined ? {} : { status: end.status }),
    ...(end.firstAt === undefined ? {} : { first_at: end.firstAt }),
    finished_at: end.finishedAt,
    trail: end.trail,
  };
}

/** Tokens as reported, else guessed from the bytes that went and came; a failed call that brought nothing used none. */
export function usageOf(reported: Reported | undefined, estimate: Prepared['estimate'], contentBytes: number, reachedModel: boolean): Usage {
  if (reported !== undefined) return { input_tokens: reported.input, output_tokens: reported.output, estimated: false };
  return { input_tokens: reachedModel ? estimate.input_tokens : 0, output_tokens: tokensOf(contentBytes), estimated: true };
}
