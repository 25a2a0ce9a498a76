// A handful of models, for tests of policies that name no catalogue of their own: those of the examples in the guide.
import type { Catalogue, ModelRecord } from './catalogue.ts';

/** pico-USD a token in and out, from USD a million tokens. */
function model(
  id: string,
  [priceIn, priceOut]: readonly [number, number] | readonly [null, null],
  region: string,
  contextTokens: number,
  more: Partial<ModelRecord> = {},
): ModelRecord {
  const slash = id.indexOf('/');
  return {
    id,
    vendor: id.slice(0, slash),
    name: id.slice(slash + 1),
    region,
    price_in: priceIn === null ? null : priceIn * 1_000_000,
    price_out: priceOut === null ? null : priceOut * 1_000_000,
    context_tokens: contextTokens,
    max_output_tokens: 8192,
    modalities: ['text'],
    tools: true,
    verbs: ['chat'],
    ...more,
  };
}

const models: readonly ModelRecord[] = [
  model('openai/text-embedding-3-small', [0.02, 0], 'us', 8191, {
    verbs: ['embed'],
    tools: null,
    max_output_tokens: null,
  }),
  model('google/gemini-2.5-flash', [0.1, 0.4], 'us', 1_000_000, { modalities: ['text', 'image'] }),
  model('openai/gpt-4.1-mini', [0.4, 1.6], 'us', 1_000_000, { modalities: ['text', 'image'] }),
  model('anthropic/claude-haiku-4', [0.8, 4], 'us', 200_000),
  model('google/gemini-2.5-pro', [1.25, 10], 'us', 1_000_000, { modalities: ['text', 'image', 'audio'] }),
  model('openai/gpt-4.1', [2, 8], 'us', 1_000_000, { modalities: ['text', 'image'] }),
  model('azure-eu/gpt-4.1', [2.2, 8.8], 'eu', 1_000_000, { modalities: ['text', 'image'] }),
  model('mistral/mistral-large', [2, 6], 'eu', 128_000),
  model('anthropic/claude-sonnet-4', [3, 15], 'us', 200_000, { modalities: ['text', 'image'] }),
  model('local/llama-3', [null, null], 'eu', 8192, { tools: false }),
  model('ollama/llama3:70b', [null, null], 'eu', 8192, { tools: false }),
];

const byPrice = models.toSorted((one, other) => price(one) - price(other) || (one.id < other.id ? -1 : 1));

/** As in the guide: `@"fast"`, `@"smart"` and `@"eu"` are its aliases. */
export const sampleCatalogue: Catalogue = {
  revision: 'sample',
  models: byPrice,
  byId: new Map(byPrice.map((one) => [one.id, one])),
  byAlias: new Map([
    ['fast', named('google/gemini-2.5-flash', 'openai/gpt-4.1-mini', 'anthropic/claude-haiku-4')],
    ['smart', named('openai/gpt-4.1', 'anthropic/claude-sonnet-4', 'google/gemini-2.5-pro')],
    ['eu', named('azure-eu/gpt-4.1', 'mistral/mistral-large')],
    ...[...new Set(byPrice.map(({ name }) => name))].map(
      (name) => [name, byPrice.filter((one) => one.name === name)] as const,
    ),
  ]),
  open: new Set(),
};

/** What has no price comes last. */
function price({ price_in, price_out }: ModelRecord): number {
  return price_in === null || price_out === null ? Number.MAX_VALUE : price_in + price_out;
}

function named(...ids: readonly string[]): readonly ModelRecord[] {
  return byPrice.filter(({ id }) => ids.includes(id));
}
