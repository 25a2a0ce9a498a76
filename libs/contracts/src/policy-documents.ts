// The documents of the policy language: pointers to the versions of each policy, their immutable sources, and what is told of them.
import { z } from 'zod';

// Matches a tenant path with slashes, 1 to 4 tokens, and one token for the policy itself.
const policyNamePattern = /^[a-z0-9_-]{1,63}(\/[a-z0-9_-]{1,63}){1,4}$/;

/** `acme/web/chat` is the policy `chat` of the tenant `acme.web`. */
export const PolicyName = z
  .string()
  .regex(policyNamePattern, 'must be a tenant path with "/" and a name of a-z, 0-9, "_" and "-", as "acme/chat"');

/** The name of the policy that judges where no tenant document names another one: `acme/main`. */
export const mainPolicy = 'main';

/** The tenant that a policy is of. @param name as `PolicyName` */
export function tenantOfPolicy(name: string): string {
  return name.slice(0, name.lastIndexOf('/')).replaceAll('/', '.');
}

/** SHA-256 of a source's text, in hex. */
const Digest = z.string().regex(/^[0-9a-f]{64}$/, 'must be the 64 hex digits of a SHA-256');

const Share = z.number().gt(0).max(1);
const At = z.int();

/** When a version goes back by itself: its part of denials, of decisions without a candidate or of failures is above the other one's by more than this. */
export const RollbackRule = z.looseObject({
  /** In points of a hundred. */
  points: z.number().positive().max(100),
  /** Fewer decisions than these say nothing. */
  decisions: z.int().positive().max(1_000_000),
});
export type RollbackRule = z.infer<typeof RollbackRule>;

export const defaultRollback: RollbackRule = { points: 5, decisions: 50 };

export const CanaryPointer = z.looseObject({
  digest: Digest,
  /** A fraction of 1. */
  share: Share,
  /** A tenant, or a request, is in or out of it as long as it runs. */
  by: z.enum(['tenants', 'requests']),
  rollback: RollbackRule,
});
export type CanaryPointer = z.infer<typeof CanaryPointer>;

export const ShadowPointer = z.looseObject({ digest: Digest, share: Share });
export type ShadowPointer = z.infer<typeof ShadowPointer>;

export const PolicyVersion = z.looseObject({ digest: Digest, version: z.string().optional(), by: z.string(), at: At });
export type PolicyVersion = z.infer<typeof PolicyVersion>;

/** `published` and `rolled_back` moved the active pointer to `digest`; the others began or ended something beside it. */
export const PolicyChange = z.enum([
  'published',
  'rolled_back',
  'canary_began',
  'canary_withdrawn',
  'shadow_began',
  'shadow_ended',
]);
export type PolicyChange = z.infer<typeof PolicyChange>;

export const PolicyHistoryEntry = z.looseObject({
  /** A `PolicyChange`; a reader takes new ones as they come. */
  what: z.string(),
  digest: Digest,
  by: z.string(),
  at: At,
  why: z.string().optional(),
});
export type PolicyHistoryEntry = z.infer<typeof PolicyHistoryEntry>;

/** How many are kept; the newest stand first. */
export const keptVersions = 32;
export const keptHistory = 64;

/** Pointers to the versions of one policy. They move by compare-and-set only. */
export const PolicyDocument = z.looseObject({
  active: Digest.optional(),
  canary: CanaryPointer.optional(),
  shadow: ShadowPointer.optional(),
  versions: z.array(PolicyVersion).max(keptVersions),
  history: z.array(PolicyHistoryEntry).max(keptHistory),
});
export type PolicyDocument = z.infer<typeof PolicyDocument>;

/** One immutable source under the digest of its text. */
export const PolicySource = z.looseObject({
  name: z.string(),
  kind: z.enum(['policy', 'library']),
  version: z.string().optional(),
  source: z.string(),
  /** What its `extends` and imports, and theirs, stood for when it was published. */
  lock: z.array(z.looseObject({ ref: z.string(), digest: Digest })),
  by: z.string(),
  at: At,
});
export type PolicySource = z.infer<typeof PolicySource>;

/** Makes the seeds of decisions unguessable to clients, who choose the ids of their requests; to operators it is no secret. */
export const SaltDocument = z.looseObject({ salt: z.string().regex(/^[0-9a-f]{64}$/), at: At });
export type SaltDocument = z.infer<typeof SaltDocument>;

/** What is wrong with a source, and where: lines and columns from 1, columns count code points. */
export const PolicyDiagnostic = z.object({
  code: z.string(),
  severity: z.enum(['error', 'warning']),
  message: z.string(),
  file: z.string(),
  line: z.int(),
  column: z.int(),
  end_line: z.int(),
  end_column: z.int(),
  help: z.string().optional(),
});
export type PolicyDiagnostic = z.infer<typeof PolicyDiagnostic>;

/** Whether a version can judge: `waiting` to be linked, `stale` when the last good link serves because the newest does not link, `broken` when there is none. */
const PolicyState = z.string();

/** A policy as `list` and `get` tell of it. */
export const PolicyReport = z.object({
  name: z.string(),
  builtin: z.boolean(),
  /** The tenant whose policy it is. */
  of: z.string(),
  summary: z.string(),
  state: PolicyState.optional(),
  active: PolicyVersion.optional(),
  /** Of all that the active version was linked from: what answers name as `policy_version`. */
  bundle: z.string().optional(),
  canary: CanaryPointer.optional(),
  shadow: ShadowPointer.optional(),
  /** What is wrong with the active version as things stand. */
  diagnostics: z.array(PolicyDiagnostic).optional(),
});
export type PolicyReport = z.infer<typeof PolicyReport>;
