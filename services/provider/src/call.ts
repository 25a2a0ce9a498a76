// One passage at a provider's stop: call the model, stream or return its answer, record the call, or go on to the next candidate.
import {
  encodeRecords,
  meterSubject,
  modelId,
  parseTrail,
  RouterError,
  type AnswerReport,
  type Candidate,
  type ProviderDocument,
  type Usage,
} from '@router-mesh/contracts';
import type { House, StopPassage } from '@router-mesh/kernel';
import { ulid } from 'ulid';
import { readEvents } from './event-stream.ts';
import { attemptOf, CallFailure, errorOf, failureOfAnswer, failureOfTransport, fallsBack } from './failure.ts';
import { contentBytes, prepare, readChunk, readUsage, type Prepared, type Reported } from './openai.ts';
import { finishedRecord, startedRecord, usageOf, type CallEnd, type CallFacts } from './records.ts';
import { readAnswer, type UpstreamAnswer, type Upstreams } from './upstream.ts';

/** How long a record may take to be stored before the answer goes out without it, ms. */
const storeTimeoutMs = 2000;

export interface Calls {
  readonly house: Pick<House, 'instance' | 'log' | 'tell' | 'store' | 'payloadLimit'>;
  readonly upstreams: Upstreams;
  /** The document of a vendor, as it stands now. */
  document(vendor: string): ProviderDocument | undefined;
}

/** What has come of a call so far. */
interface Progress {
  reachedModel: boolean;
  firstAt: number | undefined;
  reported: Reported | undefined;
  contentBytes: number;
  /** A unary answer. */
  answer: Record<string, unknown> | undefined;
}

/** Serve a passage: candidate after candidate, until one answers, a failure is final, or the next one is another vendor's. */
export async function serveCall(calls: Calls, passage: StopPassage): Promise<void> {
  const [need] = passage.plan.needs;
  if (need !== undefined) {
    throw new RouterError('unavailable', `stop "${passage.stop}" cannot do "${need}", which the plan needs`, { details: { reason: 'needs', stop: passage.stop, need } });
  }
  const stored: Promise<boolean>[] = [];
  for (;;) {
    passage.checkDeadline();
    const candidate = passage.plan.candidates[0];
    if (candidate?.vendor !== passage.member) throw new RouterError('internal', `stop "${passage.stop}" got a passage for another vendor`);
    const failure = await callOnce(calls, passage, candidate, stored);
    if (failure === undefined) break;
    const attempt = attemptOf(modelId(candidate), failure);
    const attempts = [...passage.plan.attempts, attempt];
    const next = fallsBack(failure.class) ? passage.fallBack(attempt) : 'none';
    if (next === 'none') throw await whenStored(stored, errorOf(failure, attempts));
    if (next === 'forwarded') break;
  }
  await Promise.all(stored);
}

/** The records of failed calls are stored before their error goes out. */
async function whenStored<Result>(stored: readonly Promise<boolean>[], result: Result): Promise<Result> {
  await Promise.all(stored);
  return result;
}

/** Call one candidate. Resolves to why it failed, where another one may be tried; throws what ends the request. */
async function callOnce(calls: Calls, passage: StopPassage, candidate: Candidate, stored: Promise<boolean>[]): Promise<CallFailure | undefined> {
  const document = calls.document(candidate.vendor);
  if (document === undefined) return new CallFailure('not_running', `no provider "${candidate.vendor}"`);
  const { plan, travel, signal } = passage;
  if (signal.aborted) throw signal.reason;
  const prepared = prepare(passage.body, candidate.model, plan.verb, plan.stream);
  const facts: CallFacts = {
    call: ulid(),
    request: passage.request,
    attempt: travel.attempt,
    leg: travel.leg,
    tenant: passage.tenant,
    plan,
    candidate,
    instance: calls.house.instance,
    estimate: prepared.estimate,
    deadline: travel.deadline,
    startedAt: Date.now(),
  };
  calls.house.tell(meterSubject(passage.tenant), encodeRecords([startedRecord(facts)]));
  if (travel.frames) accept(calls, passage, candidate);

  const progress: Progress = { reachedModel: false, firstAt: undefined, reported: undefined, contentBytes: 0, answer: undefined };
  const finish = (end: Pick<CallEnd, 'outcome' | 'error' | 'status'>): Promise<boolean> =>
    store(calls, facts, { ...end, usage: spent(progress, prepared), ...(progress.firstAt === undefined ? {} : { firstAt: progress.firstAt }), finishedAt: Date.now(), trail: passage.trail(end.error ?? 'ok') });
  try {
    const upstream = await calls.upstreams.call(document, prepared, facts.call, signal);
    progress.reachedModel = true;
    if (plan.stream) await relay(passage, upstream, prepared, progress);
    else await receive(calls, upstream, progress);
  } catch (thrown) {
    const error = signal.aborted ? RouterError.from(signal.reason) : thrown;
    return await settleFailure(passage, error, finish, stored);
  }
  const usageStored = await finish({ outcome: 'answered' });
  answer(passage, candidate, progress, spent(progress, prepared), usageStored);
  return undefined;
}

/** Record a failed call; resolves to the failure when another candidate may be tried, throws what the client is to be told otherwise. */
async function settleFailure(passage: StopPassage, thrown: unknown, finish: (end: Pick<CallEnd, 'outcome' | 'error' | 'status'>) => Promise<boolean>, stored: Promise<boolean>[]): Promise<CallFailure> {
  const delivered = passage.answer.deltas;
  if (thrown instanceof RouterError) {
    const error = delivered > 0 && thrown.code === 'unavailable' ? interrupted(delivered, thrown.message) : thrown;
    const outcome = error.code === 'cancelled' ? 'cancelled' : delivered > 0 ? 'interrupted' : 'failed';
    await finish({ outcome, error: error.code });
    throw error;
  }
  const failure = failureOfTransport(thrown);
  const status = failure.status === undefined ? {} : { status: failure.status };
  if (delivered > 0) {
    await finish({ outcome: 'interrupted', error: failure.class, ...status });
    throw interrupted(delivered, failure.message);
  }
  stored.push(finish({ outcome: 'failed', error: failure.class, ...status }));
  return failure;
}

function interrupted(delivered: number, why: string): RouterError {
  return new RouterError('stream_interrupted', `the stream was cut after ${delivered} deltas: ${why}`, { details: { delivered } });
}

function accept(calls: Calls, passage: StopPassage, candidate: Candidate): void {
  passage.answer.accept({
    request: passage.request,
    instance: calls.house.instance,
    control: passage.openControl(),
    route: passage.plan.route,
    provider: candidate.vendor,
    model: modelId(candidate),
  });
}

/** Pass a stream on: what one read of the upstream brought goes out as one frame. */
async function relay(passage: StopPassage, { body }: UpstreamAnswer, prepared: Prepared, progress: Progress): Promise<void> {
  let complete = false;
  for await (const { events, done } of readEvents(body)) {
    progress.firstAt ??= Date.now();
    const lines = events.filter((event) => {
      const chunk = readChunk(parseChunk(event));
      if (chunk.error !== undefined) throw failureOfAnswer(500, chunk.error, undefined);
      progress.reported = chunk.usage ?? progress.reported;
      progress.contentBytes += chunk.contentBytes;
      complete ||= chunk.finished;
      return prepared.wantsUsageChunk || !chunk.usageOnly;
    });
    if (lines.length > 0) passage.answer.delta(lines.join('\n'));
    complete ||= done;
  }
  if (!complete) throw new CallFailure('server_error', 'the model ended its stream before it was complete');
}

function parseChunk(event: string): object {
  try {
    const chunk: unknown = JSON.parse(event);
    if (typeof chunk === 'object' && chunk !== null) return chunk;
  } catch {
    // said below
  }
  throw new CallFailure('server_error', 'the model sent a chunk that is not a JSON object');
}

async function receive(calls: Calls, upstream: UpstreamAnswer, progress: Progress): Promise<void> {
  const body = await readAnswer(upstream, calls.house.payloadLimit());
  progress.firstAt = Date.now();
  if (body['error'] !== undefined && body['error'] !== null) throw failureOfAnswer(500, JSON.stringify(body), undefined);
  progress.answer = body;
  progress.reported = readUsage(body);
  progress.contentBytes = contentBytes(body['choices'] as Parameters<typeof contentBytes>[0]);
}

function spent(progress: Progress, prepared: Prepared): Usage {
  return usageOf(progress.reported, prepared.estimate, progress.contentBytes, progress.reachedModel);
}

function answer(passage: StopPassage, candidate: Candidate, progress: Progress, usage: Usage, usageStored: boolean): void {
  const report: AnswerReport = {
    request: passage.request,
    provider: candidate.vendor,
    model: modelId(candidate),
    route: passage.plan.route,
    policy: passage.plan.policy,
    attempts: passage.plan.attempts,
    trail: parseTrail(passage.trail('ok')),
  };
  if (passage.travel.frames) {
    passage.answer.end({ usage, router: report, usage_stored: usageStored, ...(progress.answer === undefined ? {} : { answer: progress.answer }) });
  } else {
    passage.answer.reply({ ...progress.answer, router: { ...report, usage_stored: usageStored } });
  }
  passage.answered();
}

/** Resolves to whether the record was stored in time; an answer is not held hostage to it. */
async function store({ house }: Calls, facts: CallFacts, end: CallEnd): Promise<boolean> {
  try {
    await house.store(meterSubject(facts.tenant), encodeRecords([finishedRecord(facts, end)]), { messageId: facts.call, timeoutMs: storeTimeoutMs });
    return true;
  } catch (error) {
    house.log.error({ err: error, call: facts.call, request: facts.request, outcome: end.outcome }, 'usage was not stored');
    return false;
  }
}
