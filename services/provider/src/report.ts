// Answering the client once its model has answered: the whole answer, or the end of its stream, with the report of how it came.
import { modelId, type Candidate, type LimitsReport, type Usage } from '@router-mesh/contracts';
import type { StopPassage } from '@router-mesh/kernel';
import { parseExactly } from './exact-json.ts';
import { trailJson } from './trail-json.ts';

/** A whole answer: an object with some field. */
export interface Whole {
  readonly json: string;
  /** It has a field `router` of the model's own. */
  readonly hasRouter: boolean;
}

export interface Answer {
  readonly candidate: Candidate;
  /** A unary answer; undefined when it went out as a stream. */
  readonly whole: Whole | undefined;
  readonly usage: Usage;
  readonly usageStored: boolean;
  /** How the tenant's limits stand; undefined where it has none. */
  readonly limits: LimitsReport | undefined;
  /** Where the answer came from the cache. */
  readonly cache?: 'hit';
  /** Whether a second call was made, for the first one was silent. */
  readonly hedged?: boolean | undefined;
}

/** The answer of the model goes out as it was written: nothing of it is made into objects and written again. */
export function sendAnswer(passage: StopPassage, answer: Answer): void {
  const { whole, usage, usageStored } = answer;
  const report = reportJson(passage, answer);
  if (passage.travel.frames) {
    const rest = whole === undefined ? '' : `,"answer":${whole.json}`;
    passage.answer.endJson(
      `{"usage":${JSON.stringify(usage)},"router":{${report}},"usage_stored":${usageStored}${rest}}`,
    );
  } else if (whole !== undefined) {
    passage.answer.replyJson(withRouter(whole, `{${report},"usage_stored":${usageStored}}`));
  }
  passage.answered();
}

/** The fields of an `AnswerReport`, as they stand between its braces. */
export function reportJson(
  passage: Pick<StopPassage, 'request' | 'plan' | 'trail'>,
  { candidate, limits, cache, hedged = false }: Pick<Answer, 'candidate' | 'limits' | 'cache' | 'hedged'>,
): string {
  const { request, plan } = passage;
  const text = JSON.stringify;
  let json =
    `"request":${text(request)},"provider":${text(candidate.vendor)},"model":${text(modelId(candidate))}` +
    `,"route":${text(plan.route)},"policy":${text(plan.policy)}`;
  if (plan.policy_version !== undefined) json += `,"policy_version":${text(plan.policy_version)}`;
  json += `,"attempts":${text(plan.attempts)},"trail":${trailJson(passage.trail('ok'))}`;
  if (cache !== undefined) json += `,"cache":${text(cache)}`;
  if (hedged) json += ',"hedged":true';
  return limits === undefined ? json : `${json},"limits":${text(limits)}`;
}

/** An answer with our `router` as its last field. A `router` of the model's own does not count. */
export function withRouter({ json, hasRouter }: Whole, router: string): string {
  const answer = hasRouter ? withoutRouter(json) : json;
  return `${answer.slice(0, answer.lastIndexOf('}'))},"router":${router}}`;
}

function withoutRouter(json: string): string {
  const { router: _theirs, ...fields } = parseExactly(json) as { readonly router: unknown };
  return JSON.stringify(fields);
}
