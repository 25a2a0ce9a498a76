// Inputs for random programs: plain ones, empty ones, and such as a hostile client would send.
import type { Input } from '../../data/input.ts';
import type { Json } from '../../data/json.ts';
import { sampleInput } from '../../data/samples.ts';
import { hostileKeys } from './hostile.ts';
import { testCatalogue } from './models.ts';

/** A host that leaves out what it does not know: that reads as null. */
function without<Of extends object>(of: Of, ...names: readonly (keyof Of)[]): Of {
  return Object.fromEntries(Object.entries(of).filter(([name]) => !names.includes(name as keyof Of))) as Of;
}

/** As it comes off a wire: `__proto__` is a key of its own there. */
const hostileJson = JSON.parse(
  `{${hostileKeys.map((key, place) => `${JSON.stringify(key)}: ${place % 3 === 0 ? '{"a":[1,"x",null]}' : place}`).join(', ')}}`,
) as Readonly<Record<string, Json>>;

const hostileNumbers = JSON.parse(
  `{${hostileKeys.map((key, place) => `${JSON.stringify(key)}: ${place}`).join(', ')}}`,
) as Readonly<Record<string, number>>;

export const programInputs: readonly Input[] = [
  sampleInput,
  {
    ...sampleInput,
    request: { ...sampleInput.request, max_tokens: 4096, stream: true, pii: true, lang: 'de', metadata: hostileJson },
    tenant: {
      ...sampleInput.tenant,
      tier: 'enterprise',
      region: 'eu',
      spent: 1.5e12,
      budget: 1e12,
      quotas: hostileNumbers,
    },
    user: { id: '__proto__', roles: ['admin', 'constructor'] },
    session: { id: '' },
    attributes: hostileJson,
  },
  {
    ...sampleInput,
    request: { ...sampleInput.request, model: 'x'.repeat(5000), tokens_in: 2 ** 53 - 1, kind: 'embed', modalities: [] },
    user: { id: '\ud800🦊', roles: [] },
    seed: '',
    now: 8_640_000_000_000_001,
  },
  {
    ...sampleInput,
    request: without(
      { ...sampleInput.request, tokens_in: 0, tools: true, modalities: ['text', 'image'] },
      'max_tokens',
      'pii',
      'lang',
    ),
    tenant: { ...sampleInput.tenant, tier: 'pro', spent: 0, budget: 0, quotas: { a: 1, b: 2 } },
    user: { id: 'a', roles: ['a', 'b', 'a'] },
    health: Object.fromEntries(
      testCatalogue.models.map(({ id }, place) => [
        id,
        { ok: place % 2 === 0, p95: place === 1 ? null : 1000 - place, errors: place / 5, open: place === 3 },
      ]),
    ),
    now: 0,
  },
];
