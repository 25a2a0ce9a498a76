// How much a tenant may ask for: limits as its document sets them, as the plan carries them to the stops, and as an answer tells of them.
import { z } from 'zod';

const Count = z.int().positive();

export const Limits = z.strictObject({
  /** Requests a minute. */
  rpm: Count.optional(),
  /** Tokens a minute, in and out. */
  tpm: Count.optional(),
  /** Requests under way at one time. */
  concurrency: Count.optional(),
});
export type Limits = z.infer<typeof Limits>;

/** `vendor/model`: the vendor is a token, the model is spelled as the vendor spells it. */
const ModelName = z.string().regex(/^[a-z0-9_-]{1,63}\/.{1,200}$/, 'must be "vendor/model"');

/** Limits of a tenant with all tenants below it: of all models together, and of single models. */
export const TenantLimits = z.strictObject({
  ...Limits.shape,
  models: z.record(ModelName, Limits).optional(),
});
export type TenantLimits = z.infer<typeof TenantLimits>;

export const LimitName = z.enum(['rpm', 'tpm', 'concurrency']);
export type LimitName = z.infer<typeof LimitName>;

/** One limit that a request counts in: a tenant's, or a tenant's for one model. */
export const LimitScope = z.object({
  tenant: z.string(),
  /** `all`, or `m-` and 16 hex digits of the SHA-256 of `vendor/model`: a token of subjects and keys. */
  scope: z.string(),
  /** `vendor/model`, where the limit is of one. */
  model: z.string().optional(),
});
export type LimitScope = z.infer<typeof LimitScope>;

const WindowReport = z.object({
  limit: z.int(),
  /** What is left of it in this minute. */
  remaining: z.int().nonnegative(),
  reset_ms: z.int().nonnegative(),
});

/** The tightest limit of each kind, as it stood when the request was let in; approximate where there are several replicas. */
export const LimitsReport = z.object({
  rpm: WindowReport.optional(),
  tpm: WindowReport.optional(),
  concurrency: z.object({ limit: z.int(), in_use: z.int().nonnegative() }).optional(),
});
export type LimitsReport = z.infer<typeof LimitsReport>;

/** What the stops need to know of a request's limits; absent where its tenant has none. */
export const PlanLimits = z.looseObject({
  /** The minute of the epoch in which policy counted the request. */
  minute: z.int(),
  /** Tokens that were charged for it beforehand. */
  tokens: z.int().optional(),
  /** What they were charged to. */
  charged: z.array(LimitScope).optional(),
  /** The slots that the request must get before a model is called for it. */
  slots: z.array(LimitScope.extend({ limit: z.int() })).optional(),
  report: LimitsReport.optional(),
});
export type PlanLimits = z.infer<typeof PlanLimits>;

/** What a plan names in `needs` when its request must get slots. */
export const slotsNeed = 'slots';

/** The minute of the epoch that a moment falls into. @param at epoch ms */
export function minuteOf(at: number): number {
  return Math.floor(at / 60_000);
}
