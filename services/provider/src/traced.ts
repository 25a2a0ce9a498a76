// What the span of a call says, when somebody traces: of the candidate before it, and of what was heard after it.
import type { Candidate } from '@router-mesh/contracts';
import type { AttemptTrace, StopPassage } from '@router-mesh/kernel';
import type { Heard } from './heard.ts';
import type { CallEnd } from './records.ts';

/** A call that is about to go out. */
export interface TracedCall {
  readonly call: string;
  readonly candidate: Candidate;
  readonly stream: boolean;
  /** The vendor's base URL. */
  readonly url: string;
}

/** Begin the span of a call; undefined when nobody traces. */
export function traceCall({ trace, plan, travel }: StopPassage, traced: TracedCall): AttemptTrace | undefined {
  if (trace === undefined) return undefined;
  const { call, candidate, stream, url } = traced;
  return trace.attempt({
    call,
    verb: plan.verb,
    vendor: candidate.vendor,
    model: candidate.model,
    stream,
    leg: travel.leg,
    url,
  });
}

/** End it. @param startedAt epoch ms @param streamed whether the model answered in pieces */
export function endTrace(
  span: AttemptTrace,
  { error, status }: CallEnd,
  heard: Heard,
  { startedAt, stream }: { readonly startedAt: number; readonly stream: boolean },
): void {
  span.end({
    error,
    status,
    ...heard.identity,
    inputTokens: heard.reported?.input,
    outputTokens: heard.reported?.output,
    firstPieceMs: stream && heard.firstAt !== undefined ? heard.firstAt - startedAt : undefined,
  });
}
