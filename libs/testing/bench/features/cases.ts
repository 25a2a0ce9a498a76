// What is switched on, one thing at a time, and what each is held against.
import { chatBody } from '../request.ts';
import { uniqueMark } from '../load/order.ts';
import type { Work } from '../rounds.ts';

/** Requests of one tenant in one mesh. */
export interface Case {
  readonly tenant: Tenant;
  /** What the processes of a mesh are told; absent where its tenant is told, and a mesh of its own is not needed. */
  readonly environment?: (sinkUrl: string) => Readonly<Record<string, string>>;
  /** Stands in each answer: what is switched on is on. */
  readonly expected: string;
  readonly body?: string;
  readonly loop?: Work['loop'];
  /** The case that differs only in what this one has on. */
  readonly to?: CaseName;
}

export const model = 'demo/echo';
const slow = { kind: 'open', ratePerSecond: 150 } as const;
const stored = '"usage_stored":true';
const ruledBy = '"policy":"ruled/main';
const traced = (url: string, more: Readonly<Record<string, string>> = {}) => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: url,
  ...more,
});

/** What each tenant has. */
export const tenants = {
  plain: {},
  ruled: { rules: '' },
  cached: { rules: 'rule again { cache key "all" ttl 10min }' },
  rpm: { limits: { rpm: 600_000 } },
  tpm: { limits: { tpm: 1_000_000_000 } },
  slots: { limits: { concurrency: 1000 } },
} as const;

export type Tenant = keyof typeof tenants;

/** A policy as people write them: guards on what a client says, on the size of a request, a tag, candidates with a fallback. */
export const rules = `
  rule bounded { limit max_tokens = 4096 }
  rule long when request.tokens_in > 100k { deny "too long" }
  rule told { tag team = request.metadata["team"] != null }
  rule elsewhere when tenant.region == "eu" { exclude m => m.name == "flaky" }
  route default { candidates requested() fallback @demo/lorem on timeout, any }
`;

const ofPolicy = { to: 'policy' } as const;
const ofNothing = { to: 'nothing' } as const;

const all = {
  nothing: { tenant: 'plain', expected: stored },
  'nothing, in another mesh': { ...ofNothing, tenant: 'plain', expected: stored, environment: () => ({}) },
  policy: { ...ofNothing, tenant: 'ruled', expected: ruledBy },
  'cache, miss': {
    ...ofPolicy,
    tenant: 'cached',
    expected: stored,
    body: chatBody(model, { user: uniqueMark }),
  },
  'cache, hit': { ...ofPolicy, tenant: 'cached', expected: '"cache":"hit"' },
  'limit of requests a minute': { ...ofNothing, tenant: 'rpm', expected: '"limits"' },
  'limit of tokens a minute': { ...ofNothing, tenant: 'tpm', expected: '"limits"' },
  'limit of requests at one time': { ...ofNothing, tenant: 'slots', expected: '"limits"' },
  'decision log of all': { ...ofPolicy, tenant: 'ruled', expected: ruledBy, environment: () => logged },
  'policy, at 150/s': { tenant: 'ruled', expected: ruledBy, loop: slow },
  'decision log of all, at 150/s': {
    to: 'policy, at 150/s',
    tenant: 'ruled',
    expected: ruledBy,
    environment: () => logged,
    loop: slow,
  },
  'traces of all': { ...ofNothing, tenant: 'plain', expected: stored, environment: (url: string) => traced(url) },
  'traces of a tenth': {
    ...ofNothing,
    tenant: 'plain',
    expected: stored,
    environment: (url: string) =>
      traced(url, { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.1' }),
  },
} as const;

const logged = { ROUTER_DECISION_LOG: '1' };

export type CaseName = keyof typeof all;
export const cases: Readonly<Record<CaseName, Case>> = all;

/** What is on, and the case that it is held against. */
export const features = (Object.keys(cases) as CaseName[]).flatMap((name): (readonly [CaseName, CaseName])[] => {
  const { to } = cases[name];
  return to === undefined ? [] : [[name, to]];
});
