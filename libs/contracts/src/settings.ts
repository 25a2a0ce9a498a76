// Every setting of every service: environment variables, read once at start. docs/settings.md is generated from here.
import { z } from 'zod';
import { services, type ServiceName } from './define.ts';
import { tokenPattern } from './tokens.ts';

const second = 1000;
const durationUnits: Readonly<Record<string, number>> = { ms: 1, s: second, min: 60 * second, h: 3600 * second };
const sizeUnits: Readonly<Record<string, number>> = { '': 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

/** `250ms`, `60s`, `5min`, `1h` → ms. */
export const Duration = z.string().transform((text, context) => {
  const match = /^(\d{1,9})(ms|s|min|h)$/.exec(text);
  if (match !== null) return Number(match[1]) * (durationUnits[match[2] ?? ''] ?? 1);
  context.addIssue({ code: 'custom', message: 'must be a number and ms, s, min or h, as "60s"' });
  return z.NEVER;
});

/** `4MiB`, `512KiB`, `1000` → bytes. */
export const Size = z.string().transform((text, context) => {
  const match = /^(\d{1,12})(KiB|MiB|GiB)?$/.exec(text);
  if (match !== null) return Number(match[1]) * (sizeUnits[match[2] ?? ''] ?? 1);
  context.addIssue({ code: 'custom', message: 'must be a number of bytes, or with KiB, MiB or GiB, as "4MiB"' });
  return z.NEVER;
});

const Count = z
  .string()
  .regex(/^\d{1,9}$/, 'must be a whole number')
  .transform(Number)
  .pipe(z.number().min(1, 'must be 1 or more'));

const Flag = z.enum(['0', '1'], 'must be 0 or 1').transform((text) => text === '1');

const Port = z
  .string()
  .regex(/^\d{1,5}$/, 'must be a port number')
  .transform(Number)
  .pipe(z.number().max(65_535));

const CountOrNone = z
  .string()
  .regex(/^\d{1,6}$/, 'must be a whole number')
  .transform(Number);

const Few = z
  .string()
  .regex(/^[0-5]$/, 'must be a number from 0 to 5')
  .transform(Number);

const Fraction = z
  .string()
  .regex(/^(1(\.0{1,6})?|0?\.\d{1,6}|0)$/, 'must be a number from 0 to 1')
  .transform(Number);

const text = z.string().min(1);

const List = z.string().transform((list) =>
  list
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

/** The fields of a decision's input that its log holds only when asked to. */
export const maskableFields = ['metadata', 'user.id', 'attributes', 'session.id'] as const;
export type MaskableField = (typeof maskableFields)[number];

const MaskableFields = List.transform((fields, context): ReadonlySet<MaskableField> => {
  const told = fields.filter((field) => field !== 'none');
  const known = maskableFields.filter((field) => told.includes(field));
  if (known.length === told.length) return new Set(known);
  context.addIssue({ code: 'custom', message: `must be none, or some of ${maskableFields.join(', ')}` });
  return z.NEVER;
});

/** `openai=api.openai.com,azure=my.openai.azure.com:443` → key name to the hosts it may be sent to. */
const KeyHosts = List.transform((pairs, context) => {
  const hosts = new Map<string, string[]>();
  for (const pair of pairs) {
    const [key = '', host = '', ...more] = pair.split('=');
    if (!tokenPattern.test(key) || host === '' || more.length > 0) {
      context.addIssue({ code: 'custom', message: `"${pair}" must be <key name>=<host>` });
      return z.NEVER;
    }
    hosts.set(key, [...(hosts.get(key) ?? []), host.toLowerCase()]);
  }
  return hosts;
});

export interface Setting<Schema extends z.ZodType = z.ZodType> {
  /** The environment variable. */
  readonly name: string;
  readonly schema: Schema;
  /** As it would be written in the environment; without one the setting is optional. */
  readonly fallback?: string | undefined;
  readonly of: readonly ServiceName[];
  readonly summary: string;
}

const setting = <Schema extends z.ZodType, const Fallback extends string | undefined = undefined>(
  given: Omit<Setting<Schema>, 'fallback'> & { readonly fallback?: Fallback },
): Omit<Setting<Schema>, 'fallback'> & { readonly fallback: Fallback } => ({
  ...given,
  fallback: given.fallback as Fallback,
});

/** Settings that every service has. */
export const commonSettings = {
  natsUrl: setting({
    name: 'NATS_URL',
    schema: List,
    fallback: 'nats://127.0.0.1:4222',
    of: services,
    summary: 'Servers of the NATS cluster, comma separated',
  }),
  credentials: setting({
    name: 'ROUTER_NATS_CREDENTIALS',
    schema: text,
    of: services,
    summary: 'File with the NATS credentials: JSON `{ "user", "pass" }`, or a `.creds` file',
  }),
  httpHost: setting({
    name: 'ROUTER_HTTP_HOST',
    schema: text,
    fallback: '127.0.0.1',
    of: services,
    summary: 'Where /livez, /readyz and /metrics listen',
  }),
  httpPort: setting({
    name: 'ROUTER_HTTP_PORT',
    schema: Port,
    fallback: '0',
    of: services,
    summary: 'Their port; 0 takes a free one and logs it',
  }),
  logLevel: setting({
    name: 'ROUTER_LOG_LEVEL',
    schema: z.enum(['debug', 'info', 'warn', 'error', 'silent']),
    fallback: 'info',
    of: services,
    summary: 'The least level that is logged: debug, info, warn, error or silent',
  }),
  drainTimeoutMs: setting({
    name: 'ROUTER_DRAIN_TIMEOUT',
    schema: Duration,
    fallback: '60s',
    of: services,
    summary: 'How long a stopping service waits for what is under way; grant the process five seconds more',
  }),
  maxInFlight: setting({
    name: 'ROUTER_MAX_IN_FLIGHT',
    schema: Count,
    fallback: '1000',
    of: services,
    summary:
      'Requests that one stop of a process works on before it takes no more until half of them are done; above twice as many it hands back or refuses',
  }),
  maxInFlightBytes: setting({
    name: 'ROUTER_MAX_IN_FLIGHT_BYTES',
    schema: Size.pipe(z.number().min(1, 'must be 1 or more')),
    fallback: '256MiB',
    of: services,
    summary: 'The same for the bytes of their bodies, of each stop of a process',
  }),
  replicas: setting({
    name: 'ROUTER_REPLICAS',
    schema: z.enum(['1', '3', '5']).transform(Number),
    fallback: '1',
    of: services,
    summary: 'Replicas of the streams and buckets that a service owns: 1, 3 or 5',
  }),
  tenantInbox: setting({
    name: 'ROUTER_TENANT_INBOX',
    schema: Flag,
    fallback: '0',
    of: services,
    summary:
      "1: answers go only to `_INBOX.<first token of the tenant>.>`, the prefix that the tenant's client is granted then",
  }),
  state: setting({
    name: 'ROUTER_STATE',
    schema: text,
    of: services,
    summary:
      'Folder for what outlives a process: records that JetStream did not take, and copies of documents to start from; replicas of a service share it. Without one there is neither',
  }),
};

export const policySettings = {
  maxBodyBytes: setting({
    name: 'ROUTER_MAX_BODY',
    schema: Size,
    fallback: '4MiB',
    of: ['policy'],
    summary: "The largest request body; never above the server's max_payload less 128 KiB",
  }),
  maxTimeoutMs: setting({
    name: 'ROUTER_MAX_TIMEOUT',
    schema: Duration,
    fallback: '300s',
    of: ['policy'],
    summary: 'The time of a request that names none, and the most that one may name',
  }),
  policyFuel: setting({
    name: 'ROUTER_POLICY_FUEL',
    schema: Count,
    fallback: '20000',
    of: ['policy'],
    summary: 'What each layer of a policy may spend on one decision, in units of fuel; the same on every replica',
  }),
  policyDepth: setting({
    name: 'ROUTER_POLICY_DEPTH',
    schema: Count.pipe(z.number().max(1000, 'must be 1000 or less')),
    fallback: '64',
    of: ['policy'],
    summary: 'How deep functions of a policy may call each other; the same on every replica',
  }),
  policyCodegen: setting({
    name: 'ROUTER_POLICY_CODEGEN',
    schema: Flag,
    fallback: '1',
    of: ['policy'],
    summary: '0: policies run without generated code, slower and with the same results, where the host forbids it',
  }),
  policyWatchMs: setting({
    name: 'ROUTER_POLICY_WATCH',
    schema: Duration,
    fallback: '5min',
    of: ['policy'],
    summary:
      'How long a version that became active is compared with the one before it, and taken back when it refuses or fails more; 0ms: never',
  }),
  decisionLog: setting({
    name: 'ROUTER_DECISION_LOG',
    schema: Fraction,
    fallback: '0.01',
    of: ['policy'],
    summary: 'The share of decisions that are told as events, for router policy explain: 0 to 1',
  }),
  decisionLogFields: setting({
    name: 'ROUTER_DECISION_LOG_FIELDS',
    schema: MaskableFields,
    fallback: 'none',
    of: ['policy'],
    summary:
      'What of a decision is told as it is, comma separated: metadata, user.id, attributes, session.id; none: all of them are masked',
  }),
};

export const providerSettings = {
  vendors: setting({
    name: 'ROUTER_VENDORS',
    schema: List,
    of: ['provider'],
    summary: 'The vendors that this instance calls, comma separated; all when absent',
  }),
  seeds: setting({
    name: 'ROUTER_PROVIDERS',
    schema: text,
    of: ['provider'],
    summary: 'Folder of provider documents (JSON) that are written at start where none of that vendor stands yet',
  }),
  secrets: setting({
    name: 'ROUTER_SECRETS',
    schema: text,
    of: ['provider'],
    summary: 'Folder in which keys lie, one file a key name',
  }),
  keyHosts: setting({
    name: 'ROUTER_KEY_HOSTS',
    schema: KeyHosts,
    fallback: 'openai=api.openai.com,mistral=api.mistral.ai,groq=api.groq.com,openrouter=openrouter.ai',
    of: ['provider'],
    summary:
      'The hosts that each key may be sent to, as `<key name>=<host>`, comma separated; a host without a port means https, and plain http needs its port named',
  }),
  connectTimeoutMs: setting({
    name: 'ROUTER_CONNECT_TIMEOUT',
    schema: Duration,
    fallback: '5s',
    of: ['provider'],
    summary: 'How long a connection to a model may take to open, TLS included',
  }),
  firstTokenTimeoutMs: setting({
    name: 'ROUTER_FIRST_TOKEN_TIMEOUT',
    schema: Duration,
    fallback: '120s',
    of: ['provider'],
    summary: 'How long a stream may take to its first event with data; comments that keep a connection alive are none',
  }),
  idleTimeoutMs: setting({
    name: 'ROUTER_IDLE_TIMEOUT',
    schema: Duration,
    fallback: '60s',
    of: ['provider'],
    summary: 'The longest silence in a stream after its first event, while provider waits for its bytes',
  }),
  modelTimeoutMs: setting({
    name: 'ROUTER_MODEL_TIMEOUT',
    schema: Duration,
    fallback: '300s',
    of: ['provider'],
    summary: "The longest one call to a model may take as a whole; never beyond the request's deadline",
  }),
  retries: setting({
    name: 'ROUTER_RETRIES',
    schema: Few,
    fallback: '1',
    of: ['provider'],
    summary: 'How often a candidate that failed in passing is tried again before the next one: 0 to 5',
  }),
  breakerCalls: setting({
    name: 'ROUTER_BREAKER_CALLS',
    schema: CountOrNone,
    fallback: '10',
    of: ['provider'],
    summary:
      "Calls within 30 s from which on a model's breaker opens, when more than half of them failed by the model's fault; 0: never",
  }),
  breakerOpenMs: setting({
    name: 'ROUTER_BREAKER_OPEN',
    schema: Duration,
    fallback: '10s',
    of: ['provider'],
    summary: 'How long an open breaker refuses calls before it lets one through to see',
  }),
  sweepGraceMs: setting({
    name: 'ROUTER_SWEEP_GRACE',
    schema: Duration,
    fallback: '60s',
    of: ['provider'],
    summary: 'How long after its deadline a call without an end is closed with an estimate',
  }),
};

/** Prefix of the variables that hold keys: `ROUTER_KEY_OPENAI` is the key `openai`. */
export const keyVariablePrefix = 'ROUTER_KEY_';

/** Every setting there is. */
export const allSettings: readonly Setting[] = [commonSettings, policySettings, providerSettings].flatMap(
  (group: Settings) => Object.values(group),
);

export type Settings = Readonly<Record<string, Setting>>;

/** The values of a group of settings: what has no fallback may be absent. */
export type SettingValues<Group extends Settings> = {
  readonly [Key in keyof Group]: Group[Key] extends { readonly fallback: string }
    ? z.output<Group[Key]['schema']>
    : z.output<Group[Key]['schema']> | undefined;
};
