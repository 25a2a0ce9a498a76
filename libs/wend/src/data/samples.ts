// Inputs that tests start from.
import type { Input } from './input.ts';

/** The built-in sample request: a small chat of a free tenant on a Monday noon, UTC. */
export const sampleInput: Input = {
  request: {
    kind: 'chat',
    model: 'auto',
    tokens_in: 100,
    max_tokens: null,
    stream: false,
    tools: false,
    modalities: ['text'],
    pii: null,
    lang: null,
    metadata: {},
  },
  tenant: { id: 'sample', path: 'sample', tier: 'free', region: null, spent: null, budget: null, quotas: {} },
  user: { id: null, roles: [] },
  session: { id: null },
  attributes: {},
  health: {},
  now: Date.UTC(2026, 0, 5, 12),
  seed: 'sample',
};

const usd = 1_000_000_000_000;

/** What `sample "…"` in a test may name: the default with one thing changed. */
export const samples: Readonly<Record<string, Input>> = {
  default: sampleInput,
  /** A user of an enterprise in the EU, with a session. */
  enterprise: {
    ...sampleInput,
    tenant: { ...sampleInput.tenant, id: 'acme', path: 'acme', tier: 'enterprise', region: 'eu' },
    user: { id: 'u1', roles: ['member'] },
    session: { id: 's1' },
  },
  pro: { ...sampleInput, tenant: { ...sampleInput.tenant, tier: 'pro' }, user: { id: 'u1', roles: [] } },
  /** 150 000 tokens of prompt. */
  long: { ...sampleInput, request: { ...sampleInput.request, tokens_in: 150_000 } },
  stream: { ...sampleInput, request: { ...sampleInput.request, stream: true } },
  tools: { ...sampleInput, request: { ...sampleInput.request, tools: true } },
  image: { ...sampleInput, request: { ...sampleInput.request, modalities: ['text', 'image'] } },
  embed: { ...sampleInput, request: { ...sampleInput.request, kind: 'embed' } },
  /** Personal data was found in it, and German. */
  pii: { ...sampleInput, request: { ...sampleInput.request, pii: true, lang: 'de' } },
  /** 95 of 100 USD are spent. */
  budget: { ...sampleInput, tenant: { ...sampleInput.tenant, spent: 95 * usd, budget: 100 * usd } },
  /** Saturday, three in the morning, UTC. */
  night: { ...sampleInput, now: Date.UTC(2026, 0, 10, 3) },
  /** The breaker of @openai/gpt-4.1 is open. */
  outage: {
    ...sampleInput,
    health: { 'openai/gpt-4.1': { ok: false, p95: null, errors: 1, open: true } },
  },
};
