// The plan that policy writes for a request and every stop reads: where it may go and on what terms.
import { z } from 'zod';
import { Attempt, FailureClass } from './answer.ts';
import { Verb } from './chat.ts';
import { PlanLimits, slotsNeed } from './limits.ts';
import { Token } from './tokens.ts';

const Milliseconds = z.int().nonnegative();

/** Waits between tries of one candidate: the first is about `base_ms`, each further one twice as long, none longer than `cap_ms`. */
export const Backoff = z.looseObject({ base_ms: Milliseconds, cap_ms: Milliseconds });
export type Backoff = z.infer<typeof Backoff>;

/** When a policy's own breaker refuses a model's calls; it stands beside the provider's own. */
export const PlanBreaker = z.looseObject({
  /** Calls within 30 s from which on it opens, when more than `failure_rate` of them failed by the model's fault. */
  calls: z.int().positive(),
  /** A fraction of 1. */
  failure_rate: z.number().min(0).max(1),
  open_ms: Milliseconds,
});
export type PlanBreaker = z.infer<typeof PlanBreaker>;

/** One model of one vendor that may answer. */
export const Candidate = z.looseObject({
  vendor: Token,
  model: z.string(),
  /** The classes of failure of the one before it after which it is tried; absent: those that another model may help with. */
  on: z.array(FailureClass).optional(),
  /** How often it is tried again before the next one; absent: as the provider says. */
  retry: z.int().min(0).max(5).optional(),
  backoff: Backoff.optional(),
  breaker: PlanBreaker.optional(),
});
export type Candidate = z.infer<typeof Candidate>;

/** Where the answer may be taken from, and is put: the provider's stop adds the model to the key. */
export const PlanCache = z.looseObject({
  /** Hex digits of a SHA-256 over tenant, policy, key and body. */
  key: z.string(),
  ttl_ms: z.int().positive(),
});
export type PlanCache = z.infer<typeof PlanCache>;

/** A field that is set in the answer before it goes to the client. */
export const ResponseTransform = z.looseObject({
  /** Field after field from the top of the body; a number is a place in a list. */
  path: z.array(z.union([z.string(), z.int().nonnegative()])).min(1),
  /** Any JSON value. */
  value: z.unknown(),
});
export type ResponseTransform = z.infer<typeof ResponseTransform>;

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
  /** The version of the policy that judged: its digest. */
  policy_version: z.string().optional(),
  /** Optional things that the policy asked for and nobody here can do: `extension mask-pii`. */
  skipped: z.array(z.string()).optional(),
  cache: PlanCache.optional(),
  /** A second call races the first when that has said nothing for so long. */
  hedge_after_ms: Milliseconds.optional(),
  /** Of unary answers and of every chunk of a stream. */
  transforms: z.array(ResponseTransform).optional(),
});
export type Plan = z.infer<typeof Plan>;

/** What a provider's stop can do for a plan that names it in `needs`: one that cannot refuses the request, rather than leave it undone. */
export const providerNeeds = [slotsNeed, 'fallback', 'cache', 'hedge', 'breaker', 'transform'] as const;
export type ProviderNeed = (typeof providerNeeds)[number];

/** What `decide` answers: the plan and the stops that it would visit. */
export const Decision = z.object({
  request: z.string(),
  tenant: z.string(),
  plan: Plan,
  itinerary: z.array(z.string()),
  /** What the tenant's policy said, as the policy language has it; absent where the built-in one decided. */
  decision: z.record(z.string(), z.unknown()).optional(),
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
