// Answering the client once its model has answered: the whole answer, or the end of its stream, with the report of how it came.
import {
  modelId,
  parseTrail,
  type AnswerReport,
  type Candidate,
  type LimitsReport,
  type Usage,
} from '@router-mesh/contracts';
import type { StopPassage } from '@router-mesh/kernel';

export interface Answer {
  readonly candidate: Candidate;
  /** A unary answer; undefined when it went out as a stream. */
  readonly whole: object | undefined;
  readonly usage: Usage;
  readonly usageStored: boolean;
  /** How the tenant's limits stand; undefined where it has none. */
  readonly limits: LimitsReport | undefined;
  /** Where the answer came from the cache. */
  readonly cache?: 'hit';
  /** Whether a second call was made, for the first one was silent. */
  readonly hedged?: boolean;
}

export function sendAnswer(passage: StopPassage, answer: Answer): void {
  const { candidate, whole, usage, usageStored, limits, cache, hedged = false } = answer;
  const { plan } = passage;
  const report: AnswerReport = {
    request: passage.request,
    provider: candidate.vendor,
    model: modelId(candidate),
    route: plan.route,
    policy: plan.policy,
    ...(plan.policy_version === undefined ? {} : { policy_version: plan.policy_version }),
    attempts: plan.attempts,
    trail: parseTrail(passage.trail('ok')),
    ...(cache === undefined ? {} : { cache }),
    ...(hedged ? { hedged: true } : {}),
    ...(limits === undefined ? {} : { limits }),
  };
  if (passage.travel.frames) {
    passage.answer.end({
      usage,
      router: report,
      usage_stored: usageStored,
      ...(whole === undefined ? {} : { answer: whole }),
    });
  } else {
    passage.answer.reply({ ...whole, router: { ...report, usage_stored: usageStored } });
  }
  passage.answered();
}
