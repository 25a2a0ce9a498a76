// What operators ask of policy about policies: check, publish, go back, look, and why a decision came out as it did.
import { z } from 'zod';
import { rpc } from './define.ts';
import {
  PolicyDiagnostic,
  PolicyDocument,
  PolicyName,
  PolicyReport,
  PolicySource,
  RollbackRule,
} from './policy-documents.ts';
import { RequestId } from './tokens.ts';

/** A source is at most 256 KiB; what is longer is said to be by the language itself. */
const SourceText = z
  .string()
  .min(1)
  .max(512 * 1024);
/** How diagnostics are to name the source. */
const FileName = z.string().min(1).max(500).optional();
/** Who does it, for the history: as the caller says. */
const By = z.string().min(1).max(200).optional();
/** Only over this revision of the pointers; 0: only if there are none. */
const Revision = z.int().nonnegative().optional();
/** A version as its source says it, or the digest of its source. */
const VersionName = z.string().min(1).max(200).optional();
const Share = z.number().gt(0).max(1);

/** What part of whom a canary judges. */
const CanaryRequest = z.strictObject({
  share: Share,
  by: z.enum(['tenants', 'requests']).optional(),
  rollback: z.strictObject(RollbackRule.shape).partial().optional(),
});

const moved = {
  name: z.string(),
  digest: z.string(),
  version: z.string().optional(),
  /** Of the pointers. */
  revision: z.int(),
};

/** As a policy decides: plain JSON of the policy language. */
const DecisionJson = z.record(z.string(), z.unknown());

/** One rule or route of a decision that was made again. */
const ExplainedStep = z.object({
  layer: z.string(),
  kind: z.string(),
  name: z.string(),
  file: z.string(),
  line: z.int(),
  /** Absent where there is no guard, or it was not asked. */
  guard: z.boolean().optional(),
  /** `applied`, `skipped`, `not reached` or `failed`. */
  outcome: z.string(),
  effects: z.array(z.string()),
});
export type ExplainedStep = z.infer<typeof ExplainedStep>;

const judged = { policy: z.string(), version: z.string().optional(), bundle: z.string() };

export const policyAdministration = {
  list: rpc({
    service: 'policy',
    verb: 'list',
    from: 'operator',
    request: z.strictObject({}),
    /** `holds`: the one that judges the tenant's requests. */
    reply: z.object({ policies: z.array(PolicyReport), holds: z.string().optional() }),
    errors: ['invalid_request'],
    summary: 'The policies of a tenant and of all below it, and the one that holds for it; asked of `platform`, all',
  }),
  get: rpc({
    service: 'policy',
    verb: 'get',
    from: 'operator',
    request: z.strictObject({
      name: z.union([PolicyName, z.string().regex(/^[a-z0-9_-]{1,63}$/)]),
      version: VersionName,
    }),
    reply: PolicyReport.extend({
      document: PolicyDocument.optional(),
      revision: z.int().optional(),
      /** Of the version that was asked for, or else the active one. */
      source: PolicySource.optional(),
      digest: z.string().optional(),
    }),
    errors: ['invalid_request', 'not_found', 'unavailable'],
    summary: 'One policy by name: its pointers, its history and the source of a version',
  }),
  check: rpc({
    service: 'policy',
    verb: 'check',
    from: 'operator',
    request: z.strictObject({ source: SourceText, file: FileName }),
    reply: z.object({
      ok: z.boolean(),
      name: z.string().optional(),
      version: z.string().optional(),
      digest: z.string(),
      diagnostics: z.array(PolicyDiagnostic),
    }),
    errors: ['invalid_request', 'unavailable'],
    summary: 'What is wrong with a source, against the live catalogue and the policies that it stands on',
  }),
  publish: rpc({
    service: 'policy',
    verb: 'publish',
    from: 'operator',
    /** A new `source`, or by `name` what was published already: the canary's version when no `version` is said. Active at once unless `canary` or `shadow` is said. */
    request: z.strictObject({
      source: SourceText.optional(),
      file: FileName,
      name: PolicyName.optional(),
      version: VersionName,
      canary: CanaryRequest.optional(),
      shadow: z.strictObject({ share: Share }).optional(),
      by: By,
      revision: Revision,
    }),
    reply: z.object({
      ...moved,
      /** What it is now. */
      state: z.enum(['active', 'canary', 'shadow']),
      /** Of all that it was linked from: what answers name as `policy_version`. */
      bundle: z.string().optional(),
      /** Nothing had to be done: it stood there already. */
      unchanged: z.boolean(),
      diagnostics: z.array(PolicyDiagnostic),
      /** What will not work as things stand: a stop that it needs and that nobody runs. */
      warnings: z.array(z.string()),
    }),
    errors: ['invalid_request', 'not_found', 'conflict', 'unavailable'],
    summary: "Publish a version of a policy, whose tenant is the subject's or below it: active, as canary or as shadow",
  }),
  rollback: rpc({
    service: 'policy',
    verb: 'rollback',
    from: 'operator',
    request: z.strictObject({
      name: PolicyName,
      version: VersionName,
      by: By,
      why: z.string().max(500).optional(),
      revision: Revision,
    }),
    reply: z.object({ ...moved, what: z.enum(['rolled_back', 'canary_withdrawn']) }),
    errors: ['invalid_request', 'not_found', 'conflict', 'unavailable'],
    summary:
      'Go back: a canary is withdrawn; without one the version that was active before is active again, or the one that is named',
  }),
  shadow: rpc({
    service: 'policy',
    verb: 'shadow',
    from: 'operator',
    request: z.strictObject({
      name: PolicyName,
      version: VersionName,
      /** 0 ends it. */
      share: z.number().min(0).max(1),
      by: By,
      revision: Revision,
    }),
    reply: z.object(moved),
    errors: ['invalid_request', 'not_found', 'conflict', 'unavailable'],
    summary: 'Evaluate a published version beside the active one, for a share of requests, and tell what would differ',
  }),
  canary: rpc({
    service: 'policy',
    verb: 'canary',
    from: 'operator',
    request: z.strictObject({
      name: PolicyName,
      version: VersionName,
      canary: CanaryRequest,
      by: By,
      revision: Revision,
    }),
    reply: z.object(moved),
    errors: ['invalid_request', 'not_found', 'conflict', 'unavailable'],
    summary: 'Let a published version judge a share of tenants or requests, or change that share',
  }),
  eval: rpc({
    service: 'policy',
    verb: 'eval',
    from: 'operator',
    /** By the policy that holds, or by the one that is named, or by a source that was not published. */
    request: z.strictObject({
      body: z.record(z.string(), z.unknown()),
      verb: z.enum(['chat', 'embed']).optional(),
      name: PolicyName.optional(),
      version: VersionName,
      source: SourceText.optional(),
      file: FileName,
      /** Whose seed decides; a new one each time when absent. */
      request: RequestId.optional(),
    }),
    reply: z.object({
      ...judged,
      decision: DecisionJson,
      steps: z.array(ExplainedStep),
      input: z.record(z.string(), z.unknown()),
    }),
    errors: ['invalid_request', 'not_found', 'unavailable'],
    summary:
      'What a policy would decide about a request of this tenant, and why; nothing is counted and no model is called',
  }),
  explain: rpc({
    service: 'policy',
    verb: 'explain',
    from: 'operator',
    request: z.strictObject({
      request: RequestId,
      /** When it was made, epoch ms, where its id does not say it. */
      at: z.int().nonnegative().optional(),
    }),
    reply: z.object({
      ...judged,
      request: z.string(),
      tenant: z.string(),
      at: z.int(),
      /** What the log says of it. */
      logged: z.object({
        effect: z.string(),
        route: z.string().optional(),
        picked: z.string().optional(),
        rule: z.string().optional(),
      }),
      /** What is decided now of the same input, and whether it is the same. */
      decision: DecisionJson,
      same: z.boolean(),
      steps: z.array(ExplainedStep),
      /** Fields of the input that the log does not hold: guards that read them see nothing there now. */
      masked: z.array(z.string()),
      /** Catalogue revisions; the decision was made again by the one of now. */
      catalogue: z.object({ then: z.string(), now: z.string(), same: z.boolean() }),
    }),
    errors: ['invalid_request', 'not_found', 'unavailable'],
    summary: 'Why a request was decided as it was: its decision made again from the log, with the value of every guard',
  }),
};
