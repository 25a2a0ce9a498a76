import { expect, test } from 'vitest';
import { sampleCatalogue } from '../data/sample-catalogue.ts';
import { decided, policy, type Changed } from './decide.testing.ts';

const route = (body: string, more = '') => policy('p', `${more} route default { ${body} }`);
const decideBy = (body: string, changed?: Changed, more?: string) => decided([route(body, more)], changed);

test('the first candidate is picked, the others follow in their order', () => {
  expect(decideBy('candidates [@openai/gpt-4.1, @mistral/mistral-large, @openai/gpt-4.1]')).toMatchObject({
    candidates: [{ model: 'openai/gpt-4.1' }, { model: 'mistral/mistral-large' }],
    picked: 'openai/gpt-4.1',
  });
});

test('candidates may be a model, an id or a list of either', () => {
  const picks = ['model(@openai/gpt-4.1)', '@openai/gpt-4.1', '[model(@openai/gpt-4.1)]', '[@openai/gpt-4.1]'];
  for (const one of picks) expect(decideBy(`candidates ${one}`).picked).toBe('openai/gpt-4.1');
});

test('an alias stands for all of its models, the cheapest first; as an arm for the first that is left', () => {
  expect(decideBy('candidates @"eu" fallback @"fast" on timeout retry 1')).toMatchObject({
    candidates: [{ model: 'mistral/mistral-large' }, { model: 'azure-eu/gpt-4.1' }],
    fallbacks: [
      { model: 'google/gemini-2.5-flash', on: ['timeout'], retry: 1 },
      { model: 'openai/gpt-4.1-mini', on: ['timeout'], retry: 1 },
      { model: 'anthropic/claude-haiku-4', on: ['timeout'], retry: 1 },
    ],
  });
  const arms = 'split { @"fast": 1, @openai/gpt-4.1: 0 }';
  expect(decideBy(arms, {}, 'rule r { exclude m => m.vendor == "google" }').candidates).toEqual([
    { model: 'openai/gpt-4.1-mini', weight: 1 },
    { model: 'openai/gpt-4.1', weight: 0 },
  ]);
});

test('what does not answer this kind of request is left out', () => {
  const all = 'candidates [@openai/text-embedding-3-small, @openai/gpt-4.1] fallback @openai/text-embedding-3-small';
  expect(decideBy(all)).toMatchObject({ candidates: [{ model: 'openai/gpt-4.1' }], fallbacks: [] });
  expect(decideBy(all, { request: { kind: 'embed' } })).toMatchObject({ picked: 'openai/text-embedding-3-small' });
});

test('what is no longer in the catalogue is left out; a vendor that is open may have anything', () => {
  const small = { ...sampleCatalogue, byId: new Map([...sampleCatalogue.byId].slice(0, 3)), open: new Set(['ollama']) };
  const text = route('candidates [@openai/gpt-4.1, @"ollama/what:ever", @local/llama-3]');
  expect(decided([text], {}, { catalogue: { ...small, byId: new Map() }, resolve: () => undefined })).toMatchObject({
    candidates: [{ model: 'ollama/what:ever' }],
  });
});

test('nothing left is unavailable: no_candidate', () => {
  const none = decideBy(
    'candidates @openai/gpt-4.1 fallback @openai/gpt-4.1-mini on any',
    {},
    'rule r { only m => m.vendor == "nobody" limit rpm = 5 }',
  );
  expect(none).toMatchObject({
    effect: 'unavailable',
    unavailable: { reason: 'no_candidate' },
    route: 'default',
    candidates: [],
    fallbacks: [],
  });
  expect(none).not.toHaveProperty('picked');
  expect(decideBy('tag x = 1')).toMatchObject({ effect: 'unavailable', unavailable: { reason: 'no_candidate' } });
});

test('where no candidate is left the first fallback takes its place', () => {
  const decision = decideBy(
    'candidates healthy([@openai/gpt-4.1]) fallback @mistral/mistral-large on timeout fallback @local/llama-3 on any',
    {
      health: { 'openai/gpt-4.1': { ok: false, p95: null, errors: 1, open: true } },
    },
  );
  expect(decision).toMatchObject({
    effect: 'allow',
    candidates: [{ model: 'mistral/mistral-large' }],
    picked: 'mistral/mistral-large',
    fallbacks: [{ model: 'local/llama-3', on: ['any'] }],
  });
});

test('the second candidates, or split, of a route run replaces the first', () => {
  expect(
    decideBy('candidates @local/llama-3 if request.stream { candidates @openai/gpt-4.1 }', {
      request: { stream: true },
    }).candidates,
  ).toEqual([{ model: 'openai/gpt-4.1' }]);
  expect(decideBy('split { @local/llama-3: 1 } candidates @openai/gpt-4.1').candidates).toEqual([
    { model: 'openai/gpt-4.1' },
  ]);
});

test('weights of 0 are never picked, and what is left of an arm’s weight goes to the others', () => {
  for (const seed of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) {
    expect(decideBy('split { @openai/gpt-4.1: 0, @local/llama-3: 0.1 }', { seed }).picked).toBe('local/llama-3');
    const rest = decideBy(
      'split { @openai/gpt-4.1: 1000, @local/llama-3: 1 }',
      { seed },
      'rule r { exclude m => m.vendor == "openai" }',
    );
    expect(rest.picked).toBe('local/llama-3');
  }
  const nothing = decideBy(
    'split { @openai/gpt-4.1: 0, @local/llama-3: 1 }',
    {},
    'rule r { exclude m => m.vendor == "local" }',
  );
  expect(nothing.unavailable).toEqual({ reason: 'no_candidate' });
});

test('a split goes by its key, without one by the sticky key, without either by the seed', () => {
  const arms = '{ @openai/gpt-4.1: 1, @local/llama-3: 1 }';
  const picks = (body: string, changed: (n: number) => Changed) =>
    Array.from({ length: 40 }, (_, n) => decideBy(body, changed(n)).picked);
  const byUser = (n: number): Changed => ({ user: { id: `u${n}` }, seed: 'same' });
  expect(new Set(picks(`split ${arms}`, (n) => ({ seed: `s${n}` }))).size).toBe(2);
  expect(new Set(picks(`split ${arms}`, byUser)).size).toBe(1);
  const keyed = picks(`split by user.id ?? seed ${arms}`, byUser);
  expect(new Set(keyed).size).toBe(2);
  expect(picks(`split ${arms} sticky by user.id ?? seed`, byUser)).toEqual(keyed);
});

test('the order of a sticky key stays when another model goes', () => {
  const body =
    'candidates [@openai/gpt-4.1, @azure-eu/gpt-4.1, @mistral/mistral-large, @local/llama-3] sticky by user.id ?? seed';
  for (let n = 0; n < 20; n += 1) {
    const user = { user: { id: `u${n}` } };
    const all = decideBy(body, user).candidates;
    const fewer = decideBy(body, user, 'rule r { exclude m => m.vendor == "mistral" }').candidates;
    expect(fewer).toEqual(all.filter(({ model }) => !model.startsWith('mistral/')));
  }
});

test('more than 32 candidates and fallbacks are too many, counted after filtering', () => {
  const models = Array.from({ length: 60 }, (_, n) => ({
    ...sampleCatalogue.models[3],
    id: `v${n % 2}/m${n}`,
    vendor: `v${n % 2}`,
    name: `m${n}`,
    verbs: ['chat'],
    modalities: [],
    region: null,
    price_in: 1,
    price_out: 1,
    context_tokens: null,
    max_output_tokens: null,
    tools: null,
  }));
  const catalogue = { ...sampleCatalogue, models, byId: new Map(models.map((one) => [one.id, one])) };
  const text = (filter: string) => policy('p', `${filter} route default { candidates models() }`);
  const many = decided([text('')], {}, { catalogue });
  expect(many.unavailable).toMatchObject({
    reason: 'policy_limit',
    layer: 'p',
    message: 'more than 32 candidates and fallbacks',
    position: { file: 'p.wend', line: 1 },
  });
  expect(many.candidates).toEqual([]);
  expect(decided([text('rule r { only m => m.vendor == "v1" }')], {}, { catalogue }).candidates).toHaveLength(30);
});

test.each([
  ['split { @openai/gpt-4.1: request.tokens_in - 200, @local/llama-3: 1 }', 'a weight below 0'],
  ['split { @openai/gpt-4.1: request.tokens_in - 100 }', 'weights that add up to nothing'],
  ['candidates @openai/gpt-4.1 limit max_tokens = request.tokens_in - 100', 'limit max_tokens is not more than 0'],
  ['candidates @openai/gpt-4.1 hedge after 1ms * (request.tokens_in - 100)', 'the wait of a hedge is not more than 0'],
])('%s fails closed', (body, message) => {
  expect(decideBy(body)).toMatchObject({
    effect: 'unavailable',
    unavailable: { reason: 'policy_error', layer: 'p', message },
  });
});
