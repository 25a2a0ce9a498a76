// For tests: a catalogue with what that of the samples lacks: a model that costs nothing, and a vendor that is open.
import type { Catalogue, ModelRecord } from '../../data/catalogue.ts';

/** Prices in pico-USD a token. */
function model(
  id: string,
  priceIn: number | null,
  priceOut: number | null,
  more: Partial<ModelRecord> = {},
): ModelRecord {
  const slash = id.indexOf('/');
  return {
    id,
    vendor: id.slice(0, slash),
    name: id.slice(slash + 1),
    region: 'us',
    price_in: priceIn,
    price_out: priceOut,
    context_tokens: 128_000,
    max_output_tokens: 8_192,
    modalities: ['text'],
    tools: true,
    verbs: ['chat'],
    ...more,
  };
}

const models: readonly ModelRecord[] = [
  model('local/llama-3', 0, 0, { tools: false, region: null }),
  model('openai/gpt-4.1-mini', 400_000, 1_600_000),
  model('azure-eu/gpt-4.1', 2_000_000, 8_000_000, { region: 'eu' }),
  model('openai/gpt-4.1', 2_000_000, 8_000_000),
  model('anthropic/claude-sonnet-4', 3_000_000, 15_000_000, { modalities: ['text', 'image'] }),
  model('openai/text-embedding-3', 20_000, 0, { verbs: ['embed'] }),
  model('lab/secret', null, null, { context_tokens: null, tools: null }),
];

export const testCatalogue: Catalogue = {
  revision: 'test',
  models,
  byId: new Map(models.map((one) => [one.id, one])),
  byAlias: new Map([
    ['gpt-4.1', models.filter(({ name }) => name === 'gpt-4.1')],
    ['fast', models.filter(({ id }) => id === 'openai/gpt-4.1-mini' || id === 'local/llama-3')],
  ]),
  open: new Set(['open']),
};
