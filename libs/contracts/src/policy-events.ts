// What policy tells of policies: decisions, what changed by itself, and what is wrong.
import { z } from 'zod';
import { event } from './define.ts';
import { PolicyDiagnostic } from './policy-documents.ts';

const judged = {
  policy: z.string(),
  version: z.string().optional(),
  /** Of all that the policy was linked from: what answers name as `policy_version`. */
  digest: z.string(),
};

const said = {
  effect: z.string(),
  route: z.string().optional(),
  picked: z.string().optional(),
  /** That denied. */
  rule: z.string().optional(),
  /** Of `unavailable`. */
  reason: z.string().optional(),
};

const Outcome = z.object(said);

export const policyDecided = event({
  entity: 'policy',
  verb: 'decided',
  body: z.object({
    ...judged,
    ...said,
    request: z.string(),
    tenant: z.string(),
    /** Policy's stamp, epoch ms. */
    at: z.int(),
    /** Digests of the sources that it was linked from, the leaf last. */
    sources: z.array(z.string()),
    /** Which of them stood for which `extends` and import. */
    lock: z.array(z.object({ ref: z.string(), digest: z.string() })),
    /** Revision of the catalogue. */
    catalogue: z.string(),
    /** `wend/input/1` without what is masked. */
    input: z.record(z.string(), z.unknown()),
    /** Fields of the input that held something and are not told. */
    masked: z.array(z.string()),
    seed: z.string(),
    fuel: z.int(),
    /** How long it took. */
    us: z.number(),
    instance: z.string(),
  }),
  summary:
    'What a policy decided about a request, with all that it depended on; a share of requests, metadata and users masked unless asked for',
});

export const policyFailed = event({
  entity: 'policy',
  verb: 'failed',
  body: z.object({
    ...judged,
    /** `policy_limit` or `policy_error`. */
    reason: z.string(),
    layer: z.string().optional(),
    message: z.string().optional(),
    position: z.object({ file: z.string(), line: z.int(), column: z.int() }).optional(),
    request: z.string(),
    instance: z.string(),
  }),
  summary: 'A layer of a policy spent more than it may, or failed; its requests are refused',
});

export const policyWarned = event({
  entity: 'policy',
  verb: 'warned',
  body: z.object({ ...judged, catalogue: z.string(), diagnostics: z.array(PolicyDiagnostic) }),
  summary: 'The catalogue changed, and a policy names what is not in it now; it stays in force',
});

export const policyStale = event({
  entity: 'policy',
  verb: 'stale',
  body: z.object({ policy: z.string(), digest: z.string(), diagnostics: z.array(PolicyDiagnostic) }),
  summary: 'A policy does not link with what it stands on now; its last good link stays in force',
});

export const policyRolledBack = event({
  entity: 'policy',
  verb: 'rolled_back',
  body: z.object({
    policy: z.string(),
    /** `canary` or `active`: what was taken back. */
    pointer: z.string(),
    from: z.string(),
    to: z.string().optional(),
    why: z.string(),
    instance: z.string(),
  }),
  summary: 'A version was taken back by itself: it refused or failed more than the one before it',
});

export const policyDiffered = event({
  entity: 'policy',
  verb: 'differed',
  body: z.object({
    policy: z.string(),
    request: z.string(),
    tenant: z.string(),
    active: Outcome.extend({ digest: z.string() }),
    shadow: Outcome.extend({ digest: z.string() }),
    /** Fields of the decisions that are not the same. */
    fields: z.array(z.string()),
  }),
  summary: 'A shadow would have decided otherwise; nobody was answered by it',
});
