// Giving an answer again: no model is called, and it takes the way that a model's answer takes, whole or as a stream.
import type { Candidate } from '@router-mesh/contracts';
import type { StopPassage } from '@router-mesh/kernel';
import type { Cached } from './answer-cache.ts';
import { tellSkipped } from './answer-client.ts';
import { cutBy } from './failure.ts';
import { hearingOthers } from './hearing-others.ts';
import type { Calls } from './one-call.ts';
import { endOf, factsOf, recordedEnd, type CallFacts } from './records.ts';
import { packLines } from './relay.ts';
import { chunksOf } from './replay.ts';
import { sendAnswer } from './report.ts';
import { prepare } from './request.ts';
import { ResponseTransforms } from './response-transforms.ts';

/**
 * Answer a passage from the cache, if its first candidate gave the answer before; a passage that has fallen back is not asked for there.
 *
 * Neither breakers nor bulkheads nor slots are asked: nothing is called. What was charged beforehand for its tokens is given back.
 * @returns whether it was
 * @throws RouterError when the client or the deadline ended it, or NATS is away
 */
export async function answerFromCache(calls: Calls, passage: StopPassage, candidate: Candidate): Promise<boolean> {
  const { plan } = passage;
  if (plan.cache === undefined || plan.attempts.length > 0) return false;
  const hearOthers = hearingOthers(calls.house, passage.signal);
  const cached = await calls.cache.find(plan, candidate);
  passage.signal.throwIfAborted();
  passage.checkDeadline();
  if (cached === undefined) return false;
  const request = prepare(passage.body, candidate.model, plan.verb, plan.stream);
  const facts = factsOf(calls.house.instance, passage, candidate, request.estimate);
  const transforms = plan.transforms && new ResponseTransforms(plan.transforms);
  calls.limits.used(passage, { input_tokens: 0, output_tokens: 0 });
  let failure: unknown;
  try {
    await hearOthers();
    passage.accept(candidate);
    if (plan.stream) await replay(calls, passage, cached, request.wantsUsageChunk, transforms);
  } catch (thrown) {
    failure = thrown;
  }
  const usageStored = await recordHit(calls, passage, facts, cached, failure);
  if (failure !== undefined) throw cutBy(failure, passage.answer.deltas);
  const json = plan.stream ? undefined : JSON.stringify(transforms?.whole(cached.answer) ?? cached.answer);
  const whole = json === undefined ? undefined : { json, hasRouter: Object.hasOwn(cached.answer, 'router') };
  tellSkipped(calls, passage, transforms);
  const limits = calls.limits.report(passage);
  sendAnswer(passage, { candidate, whole, usage: cached.usage, usageStored, limits, cache: 'hit' });
  return true;
}

/** Say an answer as a stream, at the pace of its reader. */
async function replay(
  { house }: Calls,
  { answer: to, signal }: StopPassage,
  { answer, usage }: Cached,
  wantsUsageChunk: boolean,
  transforms: ResponseTransforms | undefined,
): Promise<void> {
  const { input_tokens: input, output_tokens: output } = usage;
  const told = { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
  for (const chunk of chunksOf(answer, wantsUsageChunk ? told : undefined)) {
    const line = JSON.stringify(transforms?.whole(chunk) ?? chunk);
    for (const payload of packLines([line], house.payloadLimit())) {
      if (to.full) await to.room(signal);
      to.delta(payload);
    }
  }
}

/** One record, of a call that was not made: the tokens are the answer's, and marked so that they are in no sum of what was used. */
async function recordHit(
  calls: Calls,
  passage: StopPassage,
  facts: CallFacts,
  { usage }: Cached,
  failure: unknown,
): Promise<boolean> {
  const end = endOf(failure, passage.answer.deltas);
  const heard = { reported: undefined, saidBytes: 0, firstAt: undefined };
  const ended = recordedEnd(facts, end, heard, { finishedAt: Date.now(), trail: passage.trail(end.error ?? 'ok') });
  return await calls.meter.finished(facts, { ...ended, usage, cache: 'hit' });
}
