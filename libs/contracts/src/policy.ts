// What policy serves and owns: the entry of every request, and the documents that decide about it.
import { z } from 'zod';
import { bucket, counter, entry, event, rpc, signal, stop, stream } from './define.ts';
import { Limits, TenantLimits } from './limits.ts';
import { policyAdministration } from './policy-administration.ts';
import { PolicyDocument, PolicyName, PolicySource, SaltDocument } from './policy-documents.ts';
import { Token } from './tokens.ts';

/** What is known of a tenant. It holds for the tenants below it that have no document of their own. */
export const TenantDocument = z.strictObject({
  /** The names of its levels, as `["organisation", "team"]`. */
  levels: z.array(z.string()).max(4).optional(),
  /** Requests are refused as `denied` while this is set. */
  suspended: z.boolean().optional(),
  /** The longest time a request may take, ms. */
  max_timeout_ms: z.int().positive().optional(),
  /** Hold for it and all below it together, besides those of every tenant above it; the tenant `platform`'s hold for the whole mesh. */
  limits: TenantLimits.optional(),
  /** What policies know of it: how it pays, and where it is in the operator's own words. */
  tier: z.enum(['free', 'pro', 'enterprise']).optional(),
  region: Token.optional(),
  /** The policy that judges its requests, one of its own or of a tenant above it; absent: the nearest `main`. */
  policy: PolicyName.optional(),
});
export type TenantDocument = z.infer<typeof TenantDocument>;

/** A tenant's document in an answer: what a newer service knows of it passes through an older reader. */
export const TenantReport = z.looseObject({
  ...TenantDocument.shape,
  tier: z.string().optional(),
  limits: z
    .looseObject({ ...Limits.shape, models: z.record(z.string(), z.looseObject(Limits.shape)).optional() })
    .optional(),
});
export type TenantReport = z.infer<typeof TenantReport>;

export const policies = bucket({
  name: 'router_v2_policies',
  owner: 'policy',
  readers: ['policy'],
  key: '<tenant path with />/<policy>',
  value: PolicyDocument,
  gets: 'leader',
  maxBytes: 512 * 1024 * 1024,
  config: 2,
  summary: 'Pointers to the versions of each policy',
});

export const policySources = bucket({
  name: 'router_v2_policy_sources',
  owner: 'policy',
  readers: ['policy'],
  key: '<digest>',
  value: PolicySource,
  gets: 'leader',
  maxBytes: 1024 * 1024 * 1024,
  config: 2,
  summary: 'Immutable policy sources under their digest',
});

export const salts = bucket({
  name: 'router_v2_salts',
  owner: 'policy',
  readers: ['policy'],
  key: '<what for>',
  value: SaltDocument,
  maxBytes: 1024 * 1024,
  summary: 'What the seeds of decisions are made with, written once',
});

/** The key of the one salt that there is. */
export const seedSalt = 'seed';

export const tenants = bucket({
  name: 'router_v2_tenants',
  owner: 'policy',
  readers: ['policy'],
  key: '<tenant path>',
  value: TenantDocument,
  history: 16,
  summary: 'Tenants; written by policy until a tenant service exists',
});

export const events = stream({
  name: 'ROUTER_V2_EVENTS',
  subjects: ['router.v2.event.>'],
  owner: 'policy',
  from: ['policy', 'provider'],
  maxAgeSeconds: 7 * 86_400,
  compression: true,
  readers: ['policy'],
  summary: 'Facts about the mesh itself',
});

export const rates = stream({
  name: 'ROUTER_V2_RATE',
  subjects: ['router.v2.rate.>'],
  owner: 'policy',
  from: ['policy', 'provider'],
  memory: true,
  maxAgeSeconds: 300,
  maxBytes: 64 * 1024 * 1024,
  counter: true,
  summary: 'Rate counters, one a minute',
});

/** Where a policy over its cap hands requests back: its own entry discards the header that says so. */
export const policyStop = stop({
  name: 'policy',
  per: 'verb',
  queue: 'policy',
  service: 'policy',
  from: ['policy'],
  summary: 'Requests handed back by a policy over its cap',
});

export const policy = {
  evaluate: entry({
    subject: 'router.v2.request.*.>',
    queue: 'policy',
    from: ['tenant'],
    handedBack: policyStop,
    summary: 'Decide what may happen to a request and where it goes',
  }),
  ...policyAdministration,
  tenantList: rpc({
    service: 'policy',
    verb: 'tenant_list',
    from: 'operator',
    request: z.strictObject({}),
    reply: z.object({
      tenants: z.array(z.object({ tenant: z.string(), document: TenantReport, revision: z.int() })),
    }),
    errors: ['invalid_request'],
    summary: "The documents of a tenant and of all below it; asked of `platform`, every tenant's",
  }),
  tenantGet: rpc({
    service: 'policy',
    verb: 'tenant_get',
    from: 'operator',
    request: z.strictObject({}),
    reply: z.object({ document: TenantReport, revision: z.int() }),
    errors: ['invalid_request', 'not_found'],
    summary: "A tenant's own document and its revision",
  }),
  tenantPut: rpc({
    service: 'policy',
    verb: 'tenant_put',
    from: 'operator',
    request: z.strictObject({ document: TenantDocument, revision: z.int().nonnegative().optional() }),
    /** `warnings`: what was written and will have no effect as things stand. */
    reply: z.object({ revision: z.int(), warnings: z.array(z.string()).optional() }),
    errors: ['invalid_request', 'conflict', 'unavailable'],
    summary: "Write a tenant's document; with `revision` only over that one (0: only if there is none)",
  }),
};

/** A document that is not of its form keeps being ignored while the last good one serves. */
export const badDocument = (entity: 'policy' | 'provider') =>
  event({
    entity,
    verb: 'document_refused',
    body: z.object({
      bucket: z.string(),
      key: z.string(),
      revision: z.int(),
      message: z.string(),
      instance: z.string(),
    }),
    summary: `A document that ${entity} watches was not of its form; the last good one stays in force`,
  });
export const policyDocumentRefused = badDocument('policy');

/** What is counted elsewhere cannot be counted there: each replica goes by its share until it can. */
const away = (entity: 'policy' | 'provider', verb: string, what: string) =>
  event({ entity, verb, body: z.object({ instance: z.string(), message: z.string() }), summary: what });
export const rateAway = away(
  'policy',
  'rate_away',
  'The rate counters do not answer; until they do this replica holds limits to its share',
);
export const slotsAway = away(
  'provider',
  'slots_away',
  'The concurrency slots cannot be had; until they can this instance holds limits to what it runs itself',
);

/** A store that is nearly full: what refuses when it is full must be seen before. */
export const fillingStore = (entity: 'policy' | 'provider') =>
  event({
    entity,
    verb: 'store_filling',
    body: z.object({
      store: z.string(),
      bytes: z.int(),
      max_bytes: z.int(),
      messages: z.int(),
      instance: z.string(),
    }),
    summary: `A stream or bucket of ${entity} came to hold more than 80 % of what it may`,
  });
export const policyStoreFilling = fillingStore('policy');

/** Requests and tokens a minute. */
export const rateCounter = counter({
  stream: rates,
  pattern: 'router.v2.rate.<metric>.<scope>.<minute>',
  from: ['policy', 'provider'],
  summary: "Requests and tokens a minute; scope `all` or `m-` and 16 hex digits of the model's SHA-256",
});

/** Every way a client talks to calls that are under way. */
export const control = signal({
  subject: 'router.v2.control.*.*.*',
  from: ['tenant'],
  to: ['policy', 'provider'],
  body: z.string(),
  summary: "To one connection: `cancel`, `limit <n>`, and the server's notices that a next stop is not running",
});
