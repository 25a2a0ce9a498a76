// One call: a request to one model, from its first record to the last word of its answer.
import type { Attempt, Candidate, ProviderDocument, Usage } from '@router-mesh/contracts';
import type { AttemptTrace, House, StopPassage } from '@router-mesh/kernel';
import type { AnswerCache } from './answer-cache.ts';
import type { Admitted } from './breaker.ts';
import { CallClock } from './call-clock.ts';
import type { CallLimits } from './call-limits.ts';
import { CallFailure, errorOfCall } from './failure.ts';
import { Heard } from './heard.ts';
import { hearingOthers } from './hearing-others.ts';
import type { Meter } from './meter.ts';
import type { Models } from './models.ts';
import type { PolicyBreakers } from './policy-breakers.ts';
import { endOf, factsOf, recordedEnd } from './records.ts';
import { relay } from './relay.ts';
import { prepare, type ModelRequest } from './request.ts';
import { ResponseTransforms } from './response-transforms.ts';
import type { Seat } from './seat.ts';
import { timeLimitsOf, type TimeLimits, type TimeSettings } from './time-limits.ts';
import { endTrace, traceCall } from './traced.ts';
import type { ModelAnswer, Upstream, Upstreams } from './upstream.ts';
import { readWhole } from './whole-answer.ts';

/** What is kept of a message for the report that goes with a whole answer: attempts and trail came in headers, which are smaller. */
const reportBytes = 64 * 1024;

/** What calls are made with. */
export interface Calls {
  readonly house: Pick<House, 'instance' | 'log' | 'settled' | 'payloadLimit'>;
  readonly meter: Meter;
  readonly upstreams: Upstreams;
  readonly limits: CallLimits;
  readonly models: Models;
  readonly policyBreakers: PolicyBreakers;
  readonly cache: AnswerCache;
  /** Time-outs and retries, where a vendor's document has none of its own. */
  readonly settings: TimeSettings & { readonly retries: number };
  /** The document of a vendor, as it stands now. */
  document(vendor: string): ProviderDocument | undefined;
}

/** A call that was answered. */
export interface Called {
  readonly candidate: Candidate;
  readonly heard: Heard;
  readonly usage: Usage;
  readonly transforms: ResponseTransforms | undefined;
}

/**
 * Call one candidate, if its breakers and its bulkhead let the call go out; a stream goes on to the client meanwhile.
 * @param stored takes the record of the call while it is being stored: resolves to whether it was
 * @throws CallFailure where another candidate may be tried; what ends the request otherwise
 */
export async function callModel(
  calls: Calls,
  passage: StopPassage,
  candidate: Candidate,
  stored: Promise<boolean>[],
  seat: Seat,
): Promise<Called> {
  const { house } = calls;
  const { plan } = passage;
  if (seat.signal.aborted) throw seat.signal.reason;
  const document = documentOf(calls, candidate.vendor);
  const limits = timeLimitsOf(calls.settings, document);
  const upstream = calls.upstreams.open(document, limits.connect);
  const request = prepare(passage.body, candidate.model, plan.verb, plan.stream);
  const facts = factsOf(house.instance, passage, candidate, request.estimate);
  const { stream } = request;
  const heard = new Heard(calls.cache.assembly(plan));
  const transforms = plan.transforms && new ResponseTransforms(plan.transforms);
  const admitted = admit(calls, document, passage, candidate);
  let span: AttemptTrace | undefined;
  let failure: Error | undefined;
  try {
    const told = calls.meter.started(facts);
    seat.begin();
    await told;
    span = traceCall(passage, { call: facts.call, candidate, stream, url: document.base_url });
    await hearOut(calls, passage, { upstream, limits, request, call: facts.call, seat, transforms, admitted }, heard);
  } catch (thrown) {
    failure = errorOfCall(thrown);
  }
  admitted.ended(failure);
  const end = endOf(failure, seat.speaks ? passage.answer.deltas : 0);
  if (span !== undefined) endTrace(span, end, heard, { startedAt: facts.startedAt, stream });
  const ended = recordedEnd(facts, end, heard, { finishedAt: Date.now(), trail: passage.trail(end.error ?? 'ok') });
  const { usage } = ended;
  calls.limits.used(passage, usage);
  stored.push(calls.meter.finished(facts, ended));
  if (failure !== undefined) throw failure;
  return { candidate, heard, usage, transforms };
}

/** A call that failed, in the log. `message` is ours; what the upstream said goes to the client alone, for it may quote the prompt. */
export function tellFailure(
  { house }: Pick<Calls, 'house'>,
  { request, answer }: StopPassage,
  { model }: Attempt,
  error: CallFailure,
): void {
  const { class: failure, status, message: reason } = error;
  house.log.warn({ request, model, class: failure, status, reason, delivered: answer.deltas }, 'a call failed');
}

/** Let a call go out. @throws NotCalled where the policy's own breaker, the model's or its bulkhead refuses it */
function admit(
  { policyBreakers, models }: Calls,
  document: ProviderDocument,
  { plan }: StopPassage,
  candidate: Candidate,
): Admitted {
  const byPolicy = policyBreakers.admit(plan.policy, candidate);
  try {
    const byModel = models.admit(document, candidate.model);
    return byPolicy === undefined ? byModel : both(byPolicy, byModel);
  } catch (refusal) {
    byPolicy?.ended(refusal);
    throw refusal;
  }
}

function both(one: Admitted, other: Admitted): Admitted {
  return {
    alive() {
      one.alive();
      other.alive();
    },
    ended(error) {
      one.ended(error);
      other.ended(error);
    },
  };
}

/** One call: what is asked, where and in what time. */
interface Asked {
  readonly upstream: Upstream;
  readonly limits: TimeLimits;
  readonly request: ModelRequest;
  /** Its id. */
  readonly call: string;
  readonly seat: Seat;
  readonly transforms: ResponseTransforms | undefined;
  /** What let it go out, and is told how it goes. */
  readonly admitted: Admitted;
}

function documentOf({ document }: Calls, vendor: string): ProviderDocument {
  const found = document(vendor);
  if (found === undefined) throw new CallFailure('not_running', `no provider "${vendor}"`);
  return found;
}

/**
 * Call the model and hear what it says to its end; a stream goes on to the client meanwhile.
 * @throws CallFailure, or the RouterError that ended the call
 */
async function hearOut(calls: Calls, passage: StopPassage, asked: Asked, heard: Heard): Promise<void> {
  const { upstream, request, call, seat } = asked;
  const clock = new CallClock(asked.limits, seat.signal, request.stream);
  try {
    const hearOthers = hearingOthers(calls.house, clock.signal);
    const answer = await upstream.call(request, call, clock.signal);
    const maxBytes = calls.house.payloadLimit();
    if (request.stream && !/json/i.test(answer.contentType)) {
      await passOn(passage, asked, answer, { maxBytes, clock, hearOthers }, heard);
      return;
    }
    await readWhole(answer, heard, maxBytes - reportBytes);
    await hearOthers();
    if (request.stream)
      throw new CallFailure('server_error', 'the model answered whole, where a stream was asked for', {
        lasting: true,
      });
    seat.take();
  } catch (thrown) {
    throw errorOfCall(clock.signal.aborted ? clock.signal.reason : thrown);
  } finally {
    clock.stop();
  }
}

interface Passing {
  readonly maxBytes: number;
  readonly clock: CallClock;
  hearOthers(): Promise<void> | undefined;
}

/** A stream goes on to the client as it comes. */
async function passOn(
  { answer: to }: StopPassage,
  { request, seat, transforms, admitted }: Asked,
  answer: ModelAnswer,
  { maxBytes, clock, hearOthers }: Passing,
  heard: Heard,
): Promise<void> {
  await relay(answer, to, heard, {
    wantsUsageChunk: request.wantsUsageChunk,
    maxBytes,
    signal: clock.signal,
    clock,
    change: transforms && ((event) => transforms.json(event)),
    beforeFirst: async () => {
      await hearOthers();
      seat.take();
    },
    alive: () => admitted.alive(),
  });
}
