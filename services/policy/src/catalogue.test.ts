import type { ProviderDocument } from '@router-mesh/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildCatalogue, resolveModel } from './catalogue.ts';

type Models = ProviderDocument['models'];

function catalogueOf(vendors: Record<string, Models | Partial<ProviderDocument>>) {
  const documents = Object.entries(vendors).map(([vendor, given]): [string, ProviderDocument] => [
    vendor,
    {
      vendor,
      format: 'openai',
      base_url: 'http://127.0.0.1:1/v1',
      models: [],
      ...(Array.isArray(given) ? { models: given } : given),
    },
  ]);
  return buildCatalogue(new Map(documents));
}

const price = (input: string, output = '0') => ({ input, output });

const catalogue = catalogueOf({
  openai: [
    { name: 'gpt-5', aliases: ['best', 'large'], price: price('1.25', '10') },
    { name: 'gpt-5-mini', aliases: ['small'], price: price('0.25', '2') },
    { name: 'text-embedding-3-small', verbs: ['embed'], price: price('0.02') },
  ],
  groq: [
    { name: 'llama-3', aliases: ['small', 'llama', 'llama-2'], price: price('0.05', '0.08') },
    { name: 'llama-2', price: price('0.9') },
    { name: 'whatever', aliases: ['best'] },
  ],
  openrouter: {
    any_model: true,
    models: [{ name: 'meta-llama/llama-3', aliases: ['llama'], price: price('0.06', '0.06') }],
  },
  local: [
    { name: 'llama-3', verbs: ['chat', 'embed'] },
    { name: 'nomic', verbs: ['embed'], aliases: ['small'] },
  ],
});

describe('a model name stands for', () => {
  test.each<[string, 'chat' | 'embed' | 'decide', string[]]>([
    // explicit: that one and no other
    ['openai/gpt-5', 'chat', ['openai/gpt-5']],
    ['openai/gpt-5', 'decide', ['openai/gpt-5']],
    ['openai/text-embedding-3-small', 'embed', ['openai/text-embedding-3-small']],
    ['local/llama-3', 'embed', ['local/llama-3']],
    // an alias inside a vendor
    ['openai/small', 'chat', ['openai/gpt-5-mini']],
    ['groq/best', 'chat', ['groq/whatever']],
    ['groq/llama-2', 'chat', ['groq/llama-2']], // a name is stronger than another model's alias
    // names with a slash of their own
    ['openrouter/meta-llama/llama-3', 'chat', ['openrouter/meta-llama/llama-3']],
    ['openrouter/llama', 'chat', ['openrouter/meta-llama/llama-3']],
    // any model of a vendor that says so
    ['openrouter/anthropic/claude', 'chat', ['openrouter/anthropic/claude']],
    ['openrouter/some:free', 'embed', ['openrouter/some:free']],
    // without a vendor: every vendor that has it, cheapest first, what has no price last
    ['llama-3', 'chat', ['groq/llama-3', 'local/llama-3']],
    ['llama', 'chat', ['openrouter/meta-llama/llama-3', 'groq/llama-3']],
    ['small', 'chat', ['groq/llama-3', 'openai/gpt-5-mini']],
    ['small', 'embed', ['local/nomic']],
    ['best', 'chat', ['openai/gpt-5', 'groq/whatever']],
    ['gpt-5', 'chat', ['openai/gpt-5']],
    // auto: the cheapest model, of every vendor that has it
    ['auto', 'decide', ['openrouter/meta-llama/llama-3']],
    ['auto', 'embed', ['openai/text-embedding-3-small']],
  ])('%s (%s): %j', (name, verb, expected) => {
    expect(resolveModel(catalogue, name, verb).map(({ vendor, model }) => `${vendor}/${model}`)).toEqual(expected);
  });

  test('auto without any price is the first named, of the vendor that comes first', () => {
    const unpriced = catalogueOf({
      z: [{ name: 'a' }],
      b: [{ name: 'second', verbs: ['embed'] }, { name: 'first' }, { name: 'a' }],
      c: [{ name: 'x', aliases: ['first'] }],
    });
    expect(resolveModel(unpriced, 'auto', 'chat')).toEqual([
      { vendor: 'b', model: 'first' },
      { vendor: 'c', model: 'x' },
    ]);
  });
});

describe('a model name that stands for nothing is refused by name', () => {
  test.each<[string, 'chat' | 'embed', string, string]>([
    ['nobody/gpt-5', 'chat', 'not_found', 'no provider "nobody"'],
    ['openai/gpt-9', 'chat', 'not_found', 'provider "openai" has no model "gpt-9"'],
    ['openai/', 'chat', 'not_found', 'provider "openai" has no model ""'],
    ['openrouter/', 'chat', 'not_found', 'provider "openrouter" has no model ""'],
    ['OpenAI/gpt-5', 'chat', 'not_found', 'no provider "OpenAI"'],
    ['/gpt-5', 'chat', 'not_found', 'no provider has a model "/gpt-5"'],
    ['gpt-9', 'chat', 'not_found', 'no provider has a model "gpt-9"'],
    ['__proto__', 'chat', 'not_found', 'no provider has a model "__proto__"'],
    [
      'openai/text-embedding-3-small',
      'chat',
      'invalid_request',
      'model "openai/text-embedding-3-small" does not answer "chat"',
    ],
    ['nomic', 'chat', 'invalid_request', 'model "nomic" does not answer "chat"'],
    ['gpt-5', 'embed', 'invalid_request', 'model "gpt-5" does not answer "embed"'],
  ])('%s (%s): %s', (name, verb, code, message) => {
    expect(() => resolveModel(catalogue, name, verb)).toThrow(
      expect.objectContaining({ code, message, param: 'model' }),
    );
  });

  test('auto, where no model answers', () => {
    expect(() => resolveModel(catalogueOf({}), 'auto', 'chat')).toThrow('no provider has a model for "chat"');
    expect(() => resolveModel(catalogueOf({ a: [{ name: 'm' }] }), 'auto', 'embed')).toThrow(
      'no provider has a model for "embed"',
    );
  });
});

test('a document under a key that is not its vendor counts for nothing', () => {
  const [document] = [...catalogue.vendors.values()];
  if (document === undefined) throw new Error('there are documents');
  expect(buildCatalogue(new Map([['stranger', document]])).offers).toEqual([]);
});

describe('laws', () => {
  const token = fc.constantFrom('a', 'b', 'c', 'd');
  const name = fc.constantFrom('m', 'n', 'o', 'x/m', 'a');
  const usd = fc.option(fc.record({ input: fc.constantFrom('0', '0.1', '3'), output: fc.constantFrom('0', '0.25') }), {
    nil: undefined,
  });
  const models = fc.uniqueArray(
    fc.record({
      name,
      aliases: fc.option(fc.array(name), { nil: undefined }),
      price: usd,
      verbs: fc.option(fc.constantFrom<('chat' | 'embed')[]>(['chat'], ['embed'], ['chat', 'embed']), {
        nil: undefined,
      }),
    }),
    { selector: (model) => model.name },
  );
  const documents = fc.dictionary(token, fc.record({ models, any_model: fc.option(fc.boolean(), { nil: undefined }) }));
  const asked = fc.oneof(
    name,
    fc.constant('auto'),
    fc.tuple(token, name).map(([vendor, model]) => `${vendor}/${model}`),
  );
  const verb = fc.constantFrom('chat' as const, 'embed' as const, 'decide' as const);

  /** What a name stands for; undefined when it is refused. */
  function resolved(given: Parameters<typeof catalogueOf>[0], wanted: string, by: 'chat' | 'embed' | 'decide') {
    try {
      return resolveModel(catalogueOf(given), wanted, by);
    } catch {
      return undefined;
    }
  }
  const law = (
    holds: (
      candidates: readonly { vendor: string; model: string }[],
      given: Parameters<typeof catalogueOf>[0],
      wanted: string,
    ) => boolean,
  ) =>
    fc.property(documents, asked, verb, (given, wanted, by) => {
      const candidates = resolved(given, wanted, by);
      return candidates === undefined || holds(candidates, given, wanted);
    });

  test('a name that is not refused has a candidate', () => {
    fc.assert(law((candidates) => candidates.length > 0));
  });

  test('an explicit vendor/model never leaves its vendor', () => {
    fc.assert(
      law(
        (candidates, _given, wanted) =>
          !wanted.includes('/') || candidates.every(({ vendor }) => vendor === wanted.split('/')[0]),
      ),
    );
  });

  test('no candidate is named twice', () => {
    fc.assert(
      law(
        (candidates) => new Set(candidates.map(({ vendor, model }) => `${vendor}/${model}`)).size === candidates.length,
      ),
    );
  });

  test('candidates stand in the order of their prices', () => {
    const costIn = (
      given: Parameters<typeof catalogueOf>[0],
      { vendor, model }: { vendor: string; model: string },
    ): number => {
      const listed = (given[vendor] as { models: Models }).models.find((one) => one.name === model)?.price;
      return listed === undefined ? Infinity : Number(listed.input) + Number(listed.output);
    };
    fc.assert(
      law((candidates, given, wanted) => {
        const costs = candidates.map((candidate) => (wanted.includes('/') ? 0 : costIn(given, candidate)));
        return costs.every((cost, index) => index === 0 || cost >= (costs[index - 1] ?? 0));
      }),
    );
  });
});
