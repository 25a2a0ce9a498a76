// What provider serves and owns: calls to models, the documents that say where they are, and the record of every call.
import { z } from 'zod';
import { Usage } from './answer.ts';
import { bucket, rpc, signal, stop, stream } from './define.ts';
import { badDocument, fillingStore } from './policy.ts';
import { RequestId, TenantPath, Token } from './tokens.ts';

/** USD per million tokens, as decimal strings. */
export const Price = z.strictObject({
  input: z.string().regex(/^\d{1,6}(\.\d{1,9})?$/, 'must be a decimal number of USD'),
  output: z.string().regex(/^\d{1,6}(\.\d{1,9})?$/, 'must be a decimal number of USD'),
});

const MaxInFlight = z.int().positive().max(100_000);
const Tokens = z.int().positive();
const TimeLimitMs = z.int().positive().max(86_400_000);

/** Time-outs of a vendor's own, ms; what is absent is as the settings of provider say. */
export const ProviderTimeouts = z.strictObject({
  /** Until a connection is open. */
  connect_ms: TimeLimitMs.optional(),
  /** Until the first event with data of a stream. */
  first_token_ms: TimeLimitMs.optional(),
  /** Between the bytes of a stream after that. */
  idle_ms: TimeLimitMs.optional(),
  /** Of a whole call. */
  total_ms: TimeLimitMs.optional(),
});

export const ModelDocument = z.strictObject({
  /** As the vendor spells it. */
  name: z.string().min(1).max(200),
  /** What it can be asked for. */
  verbs: z
    .array(z.enum(['chat', 'embed']))
    .min(1)
    .optional(),
  /** Further names without a vendor. */
  aliases: z
    .array(
      z
        .string()
        .min(1)
        .max(200)
        .refine((alias) => alias !== 'auto', 'must not be "auto", which leaves the choice to policy'),
    )
    .optional(),
  price: Price.optional(),
  /** Where it runs, in the operator's own words; stronger than the vendor's. Policies read it, as they do what follows. */
  region: Token.optional(),
  /** Tokens that a request and its answer may have together. */
  context_tokens: Tokens.optional(),
  max_output_tokens: Tokens.optional(),
  /** What a message to it may hold: `text`, `image`, `audio`. */
  modalities: z.array(Token).min(1).optional(),
  /** Whether it calls tools. */
  tools: z.boolean().optional(),
  /** Calls that an instance makes to it at once at most; stronger than the vendor's. */
  max_in_flight: MaxInFlight.optional(),
});
export type ModelDocument = z.infer<typeof ModelDocument>;

function areNamedOnce(models: readonly ModelDocument[]): boolean {
  return new Set(models.map(({ name }) => name)).size === models.length;
}

/** A vendor: where its models are and how they are called. */
export const ProviderDocument = z.strictObject({
  vendor: Token,
  /** The wire format; OpenAI's is spoken by vLLM, Ollama, Groq, Mistral, OpenRouter and many more. */
  format: z.literal('openai'),
  /** With the version: `https://api.openai.com/v1`. */
  base_url: z
    .url({ protocol: /^https?$/ })
    .refine((url) => !/^https?:\/\/[^/?#]*@/i.test(url), 'must hold no credentials: name a key instead'),
  /** The name of its key: resolves only to `ROUTER_KEY_<NAME>` or a file of that name in the secrets folder. */
  key: Token.optional(),
  /** Where its models run, in the operator's own words: `eu-central`, `on-premises`. */
  region: Token.optional(),
  models: z.array(ModelDocument).refine(areNamedOnce, 'must name each model once'),
  /** Models that are not listed may be asked for as `vendor/model`. */
  any_model: z.boolean().optional(),
  /** Connections an instance opens at most. */
  connections: z.int().positive().max(4096).optional(),
  /** Calls that an instance makes at once to each of its models at most. */
  max_in_flight: MaxInFlight.optional(),
  timeouts: ProviderTimeouts.optional(),
  /** How often a candidate that failed in passing is tried again before the next one. */
  retries: z.int().min(0).max(5).optional(),
});
export type ProviderDocument = z.infer<typeof ProviderDocument>;

/** A provider document in an answer: what a newer service knows of it passes through an older reader. */
export const ProviderReport = z.looseObject({
  ...ProviderDocument.shape,
  format: z.string(),
  models: z.array(
    z.looseObject({
      ...ModelDocument.shape,
      verbs: z.array(z.string()).optional(),
      price: z.looseObject(Price.shape).optional(),
    }),
  ),
  timeouts: z.looseObject(ProviderTimeouts.shape).optional(),
});
export type ProviderReport = z.infer<typeof ProviderReport>;

export const providers = bucket({
  name: 'router_v2_providers',
  owner: 'provider',
  readers: ['policy', 'provider'],
  key: '<vendor>',
  value: ProviderDocument,
  history: 16,
  summary: 'Vendors: where their models are and how they are called',
});

/** What one instance at a time does. Its holder writes it again every few seconds; `holder` is empty when it was given back. */
export const LeaseDocument = z.object({
  /** An instance. */
  holder: z.string(),
  /** How far the work has come, for the next holder; of `sweep` the first METER sequence that is still open. */
  checkpoint: z.int().nonnegative().optional(),
});
export type LeaseDocument = z.infer<typeof LeaseDocument>;

export const leases = bucket({
  name: 'router_v2_leases',
  owner: 'provider',
  readers: ['provider'],
  key: '<lease>',
  value: LeaseDocument,
  summary: 'Leases and checkpoints',
});

export const slots = bucket({
  name: 'router_v2_slots',
  owner: 'provider',
  readers: ['provider'],
  key: '<scope>.<slot>.<tenant path>',
  value: z.object({ deadline: z.int() }),
  memory: true,
  maxBytes: 64 * 1024 * 1024,
  summary: 'Concurrency slots until their deadline',
});

/** An answer that may be given again: of a stream, too, what it says as a whole. */
export const CachedAnswer = z.object({
  usage: Usage,
  /** JSON of the model's whole answer, with the numbers as the model wrote them. */
  answer: z.string(),
});
export type CachedAnswer = z.infer<typeof CachedAnswer>;

export const cache = bucket({
  name: 'router_v2_cache',
  owner: 'provider',
  readers: [], // nobody watches it; its owner reads key by key
  key: '<sha256>',
  value: CachedAnswer,
  memory: true,
  gets: true,
  discard: 'old',
  maxBytes: 128 * 1024 * 1024,
  summary: 'Answers that policies let be given again, until their time',
});

export const meter = stream({
  name: 'ROUTER_V2_METER',
  subjects: ['router.v2.meter.>'],
  owner: 'provider',
  from: ['provider'],
  maxAgeSeconds: 40 * 86_400,
  maxBytes: 10 * 1024 * 1024 * 1024,
  duplicateWindowSeconds: 300,
  discard: 'new',
  readers: ['provider'], // of versions that are still running during a rollout
  batchReaders: ['provider'],
  config: 2,
  operatorReads: true,
  summary: 'Every call to a model, started and finished; full means an alarm, never a silent loss',
});

const nothing = z.strictObject({});

/** Which attempt of which request; `deadline` is its own, epoch ms. */
const attempt = {
  tenant: TenantPath,
  request: RequestId,
  attempt: z.int().positive(),
  deadline: z.int(),
  instance: z.string(),
};

/** `ask`: does anybody run a lower attempt? Who does answers `held`. `runs`: this attempt is being run; lower ones give way. */
export const HolderMessage = z.union([
  z.object({ ask: z.literal(true), ...attempt }),
  z.object({ runs: z.literal(true), ...attempt }),
]);
export type HolderMessage = z.infer<typeof HolderMessage>;

/** What a holder answers. */
export const heldAnswer = 'held';

export const provider = {
  call: stop({
    name: 'provider',
    per: 'vendor',
    service: 'provider',
    from: ['policy', 'experiment', 'extension', 'cost', 'provider'],
    summary: 'Call a model of one vendor and answer the client',
  }),
  list: rpc({
    service: 'provider',
    verb: 'list',
    from: 'operator',
    request: nothing,
    reply: z.object({ providers: z.array(ProviderReport) }),
    errors: ['invalid_request', 'not_found'],
    summary: 'All provider documents',
  }),
  get: rpc({
    service: 'provider',
    verb: 'get',
    from: 'operator',
    request: z.strictObject({ vendor: Token }),
    reply: z.object({ provider: ProviderReport, revision: z.int() }),
    errors: ['invalid_request', 'not_found'],
    summary: 'One provider document and its revision',
  }),
  put: rpc({
    service: 'provider',
    verb: 'put',
    from: 'operator',
    request: z.strictObject({ provider: ProviderDocument, revision: z.int().nonnegative().optional() }),
    reply: z.object({ revision: z.int() }),
    errors: ['invalid_request', 'not_found', 'conflict', 'unavailable'],
    summary: 'Write a provider document; with `revision` only over that one (0: only if there is none)',
  }),
  cancel: signal({
    subject: 'router.v2.cancel.>',
    from: ['tenant'],
    to: ['provider'],
    body: z.object({ request: RequestId }),
    summary: "Cancel a request by its id; the tenant of the subject must be the request's or above it",
  }),
  holder: signal({
    subject: 'router.v2.holder',
    from: ['provider'],
    to: ['provider'],
    body: HolderMessage,
    summary: 'Who is running this request? Asked before a republished one is called, and answered `held` by who does',
  }),
};

export const providerDocumentRefused = badDocument('provider');
export const providerStoreFilling = fillingStore('provider');

/** How one model does at one instance, over the last minute. */
export const ModelVitals = z.looseObject({
  /** Calls that ended, those aside that the client or its deadline ended. */
  calls: z.int().nonnegative(),
  /** Of those, the ones that failed by the upstream's fault. */
  errors: z.int().nonnegative(),
  /** Of the calls that were answered; absent when there was none. */
  p50_ms: z.number().nonnegative().optional(),
  p95_ms: z.number().nonnegative().optional(),
  /** Time to the first event of streams. */
  first_p95_ms: z.number().nonnegative().optional(),
  in_flight: z.int().nonnegative(),
  /** `open`, `half_open` (the next call is let through to see, or one is under way) or `closed`; a reader takes new ones as `closed`. */
  breaker: z.string(),
});
export type ModelVitals = z.infer<typeof ModelVitals>;

/** How a vendor's models do at one instance: those that were called in the last minute, at most 100. */
export const HealthReport = z.looseObject({
  vendor: Token,
  instance: z.string(),
  /** Epoch ms. */
  at: z.int(),
  /** By the vendor's name for the model. */
  models: z.record(z.string(), ModelVitals),
});
export type HealthReport = z.infer<typeof HealthReport>;

export const health = signal({
  subject: 'router.v2.health.*',
  from: ['provider'],
  to: ['policy'],
  body: HealthReport,
  summary: "Latency, errors and breakers of a vendor's models, once a second from each instance that serves it",
});
