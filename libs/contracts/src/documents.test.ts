import { describe, expect, test } from 'vitest';
import { ChatRequest } from './chat.ts';
import { RouterError, parseAs } from './errors.ts';
import { ProviderDocument } from './provider.ts';

/** The field that a value is refused for; undefined when it is not. */
function refusedFor(parse: () => unknown): string | undefined {
  try {
    parse();
    return undefined;
  } catch (error) {
    return error instanceof RouterError ? error.param : String(error);
  }
}

describe('a provider document', () => {
  const document = { vendor: 'v', format: 'openai', base_url: 'https://models.example/v1', models: [{ name: 'm' }] };

  test.each([
    ['is taken', {}, undefined],
    [
      'is refused with credentials in its URL, which would be a secret in KV',
      { base_url: 'https://u:p@models.example/v1' },
      'base_url',
    ],
    ['is refused with a URL of another scheme', { base_url: 'file:///etc/passwd' }, 'base_url'],
    ['is refused when it lists a model twice', { models: [{ name: 'm' }, { name: 'm' }] }, 'models'],
    ['is refused with the alias "auto"', { models: [{ name: 'm', aliases: ['auto'] }] }, 'models.0.aliases.0'],
    ['may have a model that is called "auto"', { models: [{ name: 'auto' }] }, undefined],
    ['is refused with a key that is no token', { key: '../other' }, 'key'],
    [
      'says where its models run and what they take',
      {
        region: 'eu-central',
        models: [
          {
            name: 'm',
            region: 'on-premises',
            context_tokens: 128_000,
            max_output_tokens: 16_384,
            modalities: ['text', 'image'],
            tools: true,
          },
        ],
      },
      undefined,
    ],
    ['is refused with a region that is no token', { region: 'EU Central' }, 'region'],
    [
      'is refused with a model that takes no tokens',
      { models: [{ name: 'm', context_tokens: 0 }] },
      'models.0.context_tokens',
    ],
    ['is refused with a model that takes nothing', { models: [{ name: 'm', modalities: [] }] }, 'models.0.modalities'],
    ['is refused with a field that nobody knows', { keys: 'x' }, 'keys'],
  ])('%s', (_, changes, param) => {
    expect(refusedFor(() => parseAs(ProviderDocument, { ...document, ...changes }, 'document'))).toBe(param);
  });
});

test('a request may carry 16 tags, and 17 are refused by name', () => {
  const tags = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`tag${index}`, 'x']));
  const body = (count: number) => ({ model: 'm', messages: [{ role: 'user' }], router: { tags: tags(count) } });
  expect(refusedFor(() => parseAs(ChatRequest, body(16), 'body'))).toBeUndefined();
  expect(refusedFor(() => parseAs(ChatRequest, body(17), 'body'))).toBe('router.tags');
});
