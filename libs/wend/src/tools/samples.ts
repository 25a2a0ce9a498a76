// Inputs that tests start from.
import type { Input } from '../decide/input.ts';

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

/** What `sample "…"` in a test may name. */
export const samples: Readonly<Record<string, Input>> = { default: sampleInput };
