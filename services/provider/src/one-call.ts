// One call: a request to one model, from its first record to the last frame of its answer.
import {
  encodeRecords,
  meterSubject,
  type Candidate,
  type FinishedRecord,
  type ProviderDocument,
} from '@router-mesh/contracts';
import type { AttemptTrace, House, StopPassage } from '@router-mesh/kernel';
import { ulid } from 'ulid';
import { CallClock } from './call-clock.ts';
import type { CallLimits } from './call-limits.ts';
import { CallFailure, errorOfCall, NotCalled } from './failure.ts';
import { Heard } from './heard.ts';
import { askMs } from './holding.ts';
import type { Models } from './models.ts';
import type { PolicyBreakers } from './policy-breakers.ts';
import { endOf, finishedRecord, startedRecord, type CallFacts } from './records.ts';
import { relay } from './relay.ts';
import { sendAnswer } from './report.ts';
import { prepare, type ModelRequest } from './request.ts';
import { ResponseTransforms } from './response-transforms.ts';
import { timeLimitsOf, type TimeLimits, type TimeSettings } from './time-limits.ts';
import { endTrace, traceCall } from './traced.ts';
import type { Upstream, Upstreams } from './upstream.ts';
import { unlessAborted } from './wait.ts';
import { readWhole } from './whole-answer.ts';

/** How long a record may take to be stored before the answer goes out without it, ms. */
const storeTimeoutMs = 2000;
/** What is kept of a message for the report that goes with a whole answer: attempts and trail came in headers, which are smaller. */
const reportBytes = 64 * 1024;

/** What calls are made with. */
export interface Calls {
  readonly house: Pick<House, 'instance' | 'log' | 'tell' | 'store' | 'settled' | 'payloadLimit'>;
  readonly upstreams: Upstreams;
  readonly limits: CallLimits;
  readonly models: Models;
  readonly policyBreakers: PolicyBreakers;
  /** Time-outs and retries, where a vendor's document has none of its own. */
  readonly settings: TimeSettings & { readonly retries: number };
  /** The document of a vendor, as it stands now. */
  document(vendor: string): ProviderDocument | undefined;
}

/**
 * Call one candidate and answer the client, if its breaker and bulkhead let the call go out.
 * @param stored takes the record of the call while it is being stored: resolves to whether it was
 * @throws CallFailure where another candidate may be tried; what ends the request otherwise
 */
export async function callModel(
  calls: Calls,
  passage: StopPassage,
  candidate: Candidate,
  stored: Promise<boolean>[],
): Promise<void> {
  const { house } = calls;
  const { plan, signal } = passage;
  if (signal.aborted) throw signal.reason;
  const document = documentOf(calls, candidate.vendor);
  const limits = timeLimitsOf(calls.settings, document);
  const upstream = calls.upstreams.open(document, limits.connect);
  const request = prepare(passage.body, candidate.model, plan.verb, plan.stream);
  const facts = factsOf(calls, passage, candidate, request);
  const { stream } = request;
  const heard = new Heard();
  const transforms = plan.transforms && new ResponseTransforms(plan.transforms);
  let failure: Error | undefined;
  let span = undefined as AttemptTrace | undefined; // a cast, for what the closure does to it is not seen
  try {
    await throughBreakers(calls, document, passage, candidate, async (alive) => {
      house.tell(meterSubject(facts.tenant), encodeRecords([startedRecord(facts)]));
      passage.accept(candidate);
      span = traceCall(passage, { call: facts.call, candidate, stream, url: document.base_url });
      await hearOut(calls, passage, { upstream, limits, request, call: facts.call, transforms, alive }, heard);
    });
  } catch (thrown) {
    if (thrown instanceof NotCalled) throw thrown;
    failure = errorOfCall(thrown);
  }
  const end = endOf(failure, passage.answer.deltas);
  if (span !== undefined) endTrace(span, end, heard, { startedAt: facts.startedAt, stream });
  const record = finishedRecord(facts, end, heard, { finishedAt: Date.now(), trail: passage.trail(end.error ?? 'ok') });
  calls.limits.used(passage, record.usage);
  stored.push(store(calls, record));
  if (failure !== undefined) throw failure;
  const usageStored = (await Promise.all(stored)).every(Boolean);
  const limitsReport = calls.limits.report(passage);
  const whole = heard.answer && (transforms?.whole(heard.answer) ?? heard.answer);
  if (transforms !== undefined && transforms.skipped > 0)
    house.log.warn(
      { request: passage.request, policy: plan.policy, skipped: transforms.skipped },
      'fields of an answer could not be set',
    );
  calls.limits.answering(passage);
  sendAnswer(passage, {
    candidate,
    whole,
    usage: record.usage,
    usageStored,
    limits: limitsReport,
  });
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
  readonly transforms: ResponseTransforms | undefined;
  /** Is called when a piece of a stream has come. */
  alive(): void;
}

function documentOf({ document }: Calls, vendor: string): ProviderDocument {
  const found = document(vendor);
  if (found === undefined) throw new CallFailure('not_running', `no provider "${vendor}"`);
  return found;
}

function factsOf({ house }: Calls, passage: StopPassage, candidate: Candidate, { estimate }: ModelRequest): CallFacts {
  const { request, tenant, plan, travel } = passage;
  const { attempt, leg, deadline } = travel;
  return {
    call: ulid(),
    request,
    attempt,
    leg,
    tenant,
    plan,
    candidate,
    instance: house.instance,
    estimate,
    deadline,
    startedAt: Date.now(),
  };
}

/**
 * Call the model and hear what it says to its end; a stream goes on to the client meanwhile.
 * @throws CallFailure, or the RouterError that ended the call
 */
async function hearOut(calls: Calls, passage: StopPassage, asked: Asked, heard: Heard): Promise<void> {
  const clock = new CallClock(asked.limits, passage.signal, asked.request.stream);
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
  { upstream, request, call, transforms, alive }: Asked,
  clock: CallClock,
  heard: Heard,
): Promise<void> {
  const beforeFirst = hearingOthers(house, clock.signal);
  const answer = await upstream.call(request, call, clock.signal);
  const maxBytes = house.payloadLimit();
  if (request.stream && !/json/i.test(answer.contentType)) {
    const { wantsUsageChunk } = request;
    const change = transforms && ((event: string) => transforms.chunk(event));
    const { signal } = clock;
    await relay(answer, to, heard, { wantsUsageChunk, maxBytes, signal, clock, change, beforeFirst, alive });
    return;
  }
  await readWhole(answer, heard, maxBytes - reportBytes);
  await beforeFirst();
  if (request.stream)
    throw new CallFailure('server_error', 'the model answered whole, where a stream was asked for', { lasting: true });
}

/**
 * To be waited for before anything of an answer is said, and counted from here on.
 *
 * INVARIANT (heard before said): who was silent for as long as a later attempt waits for its word may have stood still, and that attempt may run. What lies
 * in our socket is read before the reader gets a piece: a `runs`, a cancel, or that it has left.
 * What it returns throws the signal's reason.
 */
function hearingOthers(house: Pick<House, 'settled'>, signal: AbortSignal): () => Promise<void> {
  const startedAt = performance.now();
  return async () => {
    if (performance.now() - startedAt < askMs) return;
    const settled = house.settled().catch(() => undefined); // while NATS is away nothing can be said anyway
    await unlessAborted(settled, signal);
    signal.throwIfAborted();
  };
}

/** Resolves to whether the record was stored in time; an answer is not held hostage to it. What is not waits on disk. */
async function store({ house }: Calls, record: FinishedRecord): Promise<boolean> {
  const outcome = await house.store(meterSubject(record.tenant), encodeRecords([record]), {
    messageId: record.call,
    timeoutMs: storeTimeoutMs,
    late: () => encodeRecords([{ ...record, late: true }]),
  });
  if (outcome === 'lost') {
    const { call, request, outcome: end } = record;
    house.log.error({ call, request, outcome: end }, 'usage was not stored');
  }
  return outcome === 'stored';
}
