// What an answer says about the way it came: the `router` object of unary answers and of `end` frames.
import { z } from 'zod';
import { LimitsReport } from './limits.ts';
import { TrailEntry } from './trail.ts';

/** Tokens of one answer; `estimated` when the provider reported none. */
export const Usage = z.object({
  input_tokens: z.int().nonnegative(),
  output_tokens: z.int().nonnegative(),
  estimated: z.boolean(),
});
export type Usage = z.infer<typeof Usage>;

/** Why one call to a model failed. `message` is redacted and at most 200 characters. */
export const FailureClass = z.enum([
  'timeout',
  'server_error',
  'rate_limited',
  'overloaded',
  'circuit_open',
  'content_filter',
  'context_length',
  'auth',
  'bad_request',
  'not_running',
]);
export type FailureClass = z.infer<typeof FailureClass>;

export const Attempt = z.object({
  model: z.string(),
  /** A `FailureClass`; a reader takes new ones as they come. */
  class: z.string(),
  status: z.int().optional(),
  message: z.string().optional(),
  /** When the upstream wants to be asked again, if it said so. */
  retry_after_ms: z.int().nonnegative().optional(),
});
export type Attempt = z.infer<typeof Attempt>;

/** `attempts` are the candidates that failed before this answer, in order; `usage_stored` stands here in unary answers and beside it in `end` frames. */
export const AnswerReport = z.object({
  request: z.string(),
  provider: z.string(),
  model: z.string(),
  route: z.string(),
  policy: z.string(),
  /** The version of the policy that judged: its digest. Absent for the built-in one. */
  policy_version: z.string().optional(),
  attempts: z.array(Attempt),
  trail: z.array(TrailEntry),
  usage_stored: z.boolean().optional(),
  /** The answer came from the cache: no model was called for it. */
  cache: z.literal('hit').optional(),
  /** A second call was made, for the first one was silent: whichever spoke first answered. */
  hedged: z.literal(true).optional(),
  /** Where the tenant has limits. */
  limits: LimitsReport.optional(),
});
export type AnswerReport = z.infer<typeof AnswerReport>;
