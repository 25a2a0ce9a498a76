// One call: a request to one model, from its first record to the last word of its answer.
import {
  encodeRecords,
  meterSubject,
  type Attempt,
  type Candidate,
  type ProviderDocument,
  type Usage,
} from '@router-mesh/contracts';
import type { AttemptTrace, House, StopPassage } from '@router-mesh/kernel';
import type { AnswerCache } from './answer-cache.ts';
import { CallClock } from './call-clock.ts';
import type { CallLimits } from './call-limits.ts';
import { CallFailure, errorOfCall, NotCalled } from './failure.ts';
import { Heard } from './heard.ts';
import { hearingOthers } from './hearing-others.ts';
import type { Models } from './models.ts';
import type { PolicyBreakers } from './policy-breakers.ts';
import { endOf, factsOf, finishedRecord, startedRecord } from './records.ts';
import { relay } from './relay.ts';
import { prepare, type ModelRequest } from './request.ts';
import { ResponseTransforms } from './response-transforms.ts';
import type { Seat } from './seat.ts';
import { storeRecord } from './store-record.ts';
import { timeLimitsOf, type TimeLimits, type TimeSettings } from './time-limits.ts';
import { endTrace, traceCall } from './traced.ts';
import type { Upstream, Upstreams } from './upstream.ts';
import { readWhole } from './whole-answer.ts';

/** What is kept of a message for the report that goes with a whole answer: attempts and trail came in headers, which are smaller. */
const reportBytes = 64 * 1024;

/** What calls are made with. */
export interface Calls {
  readonly house: Pick<House, 'instance' | 'log' | 'tell' | 'store' | 'settled' | 'payloadLimit'>;
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
  let failure: Error | undefined;
  let span = undefined as AttemptTrace | undefined; // a cast, for what the closure does to it is not seen
  try {
    await throughBreakers(calls, document, passage, candidate, async (alive) => {
      house.tell(meterSubject(facts.tenant), encodeRecords([startedRecord(facts)]));
      seat.begin();
      span = traceCall(passage, { call: facts.call, candidate, stream, url: document.base_url });
      await hearOut(calls, passage, { upstream, limits, request, call: facts.call, seat, transforms, alive }, heard);
    });
  } catch (thrown) {
    if (thrown instanceof NotCalled) throw thrown;
    failure = errorOfCall(thrown);
  }
  const end = endOf(failure, seat.speaks ? passage.answer.deltas : 0);
  if (span !== undefined) endTrace(span, end, heard, { startedAt: facts.startedAt, stream });
  const record = finishedRecord(facts, end, heard, { finishedAt: Date.now(), trail: passage.trail(end.error ?? 'ok') });
  const { usage } = record;
  calls.limits.used(passage, usage);
  stored.push(storeRecord(house, record));
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

/** Make a call where neither the policy's own breaker nor the model's, nor its bulkhead, refuses it. */
async function throughBreakers(
  { policyBreakers, models }: Calls,
  document: ProviderDocument,
  { plan }: StopPassage,
  candidate: Candidate,
  call: (alive: () => void) => Promise<void>,
): Promise<void> {
  await policyBreakers.run(plan.policy, candidate, async (toPolicy) => {
    await models.run(document, candidate.model, async (toModel) => {
      await call(() => {
        toPolicy();
        toModel();
      });
    });
  });
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
  /** Is called when a piece of a stream has come. */
  alive(): void;
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
  const clock = new CallClock(asked.limits, asked.seat.signal, asked.request.stream);
  try {
    await hear(calls, passage, asked, clock, heard);
  } catch (thrown) {
    throw errorOfCall(clock.signal.aborted ? clock.signal.reason : thrown);
  } finally {
    clock.stop();
  }
}

async function hear(
  { house }: Calls,
  { answer: to }: StopPassage,
  { upstream, request, call, seat, transforms, alive }: Asked,
  clock: CallClock,
  heard: Heard,
): Promise<void> {
  const { signal } = clock;
  const hearOthers = hearingOthers(house, signal);
  const answer = await upstream.call(request, call, signal);
  const maxBytes = house.payloadLimit();
  if (request.stream && !/json/i.test(answer.contentType)) {
    const { wantsUsageChunk } = request;
    const change = transforms && ((event: string) => transforms.json(event));
    const beforeFirst = async (): Promise<void> => {
      await hearOthers();
      seat.take();
    };
    await relay(answer, to, heard, { wantsUsageChunk, maxBytes, signal, clock, change, beforeFirst, alive });
    return;
  }
  await readWhole(answer, heard, maxBytes - reportBytes);
  await hearOthers();
  if (request.stream)
    throw new CallFailure('server_error', 'the model answered whole, where a stream was asked for', { lasting: true });
  seat.take();
}
