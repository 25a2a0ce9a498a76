// The plan that policy writes for a request and every stop reads: where it may go and on what terms.
import { z } from 'zod';
import { Attempt } from './answer.ts';
import { Verb } from './chat.ts';
import { PlanLimits } from './limits.ts';
import { Token } from './tokens.ts';

/** One model of one vendor that may answer. */
export const Candidate = z.looseObject({ vendor: Token, model: z.string() });
export type Candidate = z.infer<typeof Candidate>;

/**
 * Travels as ASCII JSON in a header of at most 32 KiB.
 *
 * `at` is policy's stamp (epoch ms), by which every window and report goes. `candidates` stand in the order in which they are tried;
 * a failed one is dropped and added to `attempts`. Fields that a stop does not know travel on with it; a stop that lacks something in `needs` refuses the request.
 */
export const Plan = z.looseObject({
  at: z.int(),
  verb: Verb,
  stream: z.boolean(),
  policy: z.string(),
  route: z.string(),
  candidates: z.array(Candidate),
  attempts: z.array(Attempt),
  needs: z.array(z.string()),
  tags: z.record(z.string(), z.string()).optional(),
  session: z.string().optional(),
  limits: PlanLimits.optional(),
});
export type Plan = z.infer<typeof Plan>;

/** What `decide` answers: the plan and the stops that it would visit. */
export const Decision = z.object({
  request: z.string(),
  tenant: z.string(),
  plan: Plan,
  itinerary: z.array(z.string()),
});
export type Decision = z.infer<typeof Decision>;

/** `vendor/model`, as clients write it. */
export function modelId({ vendor, model }: Candidate): string {
  return `${vendor}/${model}`;
}

/** JSON with everything beyond ASCII escaped, for headers. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
