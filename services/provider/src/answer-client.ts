// The client gets its answer: once its calls are recorded, and before anything is kept of it.
import type { StopPassage } from '@router-mesh/kernel';
import type { Heard } from './heard.ts';
import type { Called, Calls } from './one-call.ts';
import { sendAnswer, type Whole } from './report.ts';
import type { ResponseTransforms } from './response-transforms.ts';

/** @param stored the records of the passage's calls: they resolve to whether they were stored */
export async function answerClient(
  calls: Calls,
  passage: StopPassage,
  { candidate, heard, usage, transforms }: Called,
  { stored, hedged }: { readonly stored: readonly Promise<boolean>[]; readonly hedged: boolean | undefined },
): Promise<void> {
  const usageStored = (await Promise.all(stored)).every(Boolean);
  const limits = calls.limits.report(passage);
  const whole = wholeOf(heard, transforms);
  tellSkipped(calls, passage, transforms);
  calls.limits.answering(passage);
  sendAnswer(passage, { candidate, whole, usage, usageStored, limits, hedged });
  if (passage.plan.cache === undefined) return;
  const answer = heard.whole;
  if (answer !== undefined) calls.cache.keep(passage.plan, candidate, { usage, answer });
}

function wholeOf({ answer, json }: Heard, transforms: ResponseTransforms | undefined): Whole | undefined {
  if (answer === undefined || json === undefined) return undefined;
  return { json: transforms?.json(json) ?? json, hasRouter: Object.hasOwn(answer, 'router') };
}

/** A field that cannot be set is its policy's mistake. */
export function tellSkipped(
  { house }: Calls,
  { request, plan: { policy } }: StopPassage,
  transforms: ResponseTransforms | undefined,
): void {
  if (transforms === undefined || transforms.skipped === 0) return;
  house.log.warn({ request, policy, skipped: transforms.skipped }, 'fields of an answer could not be set');
}
