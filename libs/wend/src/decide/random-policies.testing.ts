// For tests: random policies as source text, and random facts that reach their branches.
import fc from 'fast-check';
import { sampleCatalogue } from '../data/sample-catalogue.ts';
import type { Changed } from './decide.testing.ts';

export const ids = sampleCatalogue.models.filter(({ verbs }) => verbs.includes('chat')).map(({ id }) => id);
const ref = (id: string) => `@"${id}"`;

const test = fc.constantFrom(
  'm.region == "eu"',
  'm.region != "eu"',
  'm.vendor == "openai"',
  'm.vendor in ["openai", "google", "local"]',
  '(m.price_out ?? $1) <= $0.000005',
  'm.tools ?? false',
  'true',
  'm.id != request.model',
  'm.id != "local/llama-3" or request.stream',
);

const guard = fc.constantFrom(
  '',
  '',
  'when request.stream',
  'when tenant.tier == "pro"',
  'when request.tokens_in > 500',
  'when not request.stream and tenant.tier != "pro"',
);

const use = fc
  .tuple(
    fc.constantFrom('pre', 'validate', 'post'),
    fc.constantFrom('mask', 'guard@^1'),
    fc.constantFrom('', ' with { email: true }', ' with { email: false }'),
    fc.constantFrom('', ' required', ' optional', ' on_fail warn', ' on_fail block', ' on_fail ignore'),
  )
  .map(([stage, name, config, mode]) => `use ${stage} "${name}"${config}${mode}`);

/** What rules and routes may say, but for `deny`. */
const effect = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(fc.constantFrom('only', 'exclude'), test).map(([kind, of]) => `${kind} m => ${of}`),
  },
  { weight: 2, arbitrary: use },
  fc
    .tuple(fc.constantFrom('max_tokens', 'rpm', 'tpm', 'concurrency'), fc.integer({ min: 1, max: 50 }))
    .map(([what, value]) => `limit ${what} = ${value}`),
  fc.integer({ min: 1, max: 9 }).map((seconds) => `limit timeout = ${seconds}s`),
  fc
    .tuple(fc.constantFrom('a', 'b.c', 'toJSON'), fc.integer({ min: 0, max: 9 }))
    .map(([path, of]) => `tag ${path} = ${of}`),
  fc.constantFrom(
    'cache off',
    'cache key "k" ttl 1s',
    'cache key request.model ttl 1min',
    'hedge after 1s',
    'hedge after 2s',
  ),
  fc.constantFrom('transform request temperature = 0.5', 'transform request a.b = 1', 'transform response note = "x"'),
);

const several = <Of>(arbitrary: fc.Arbitrary<Of>, maxLength = 4, minLength = 0) =>
  fc.array(arbitrary, { minLength, maxLength, size: 'max' });

const rule = fc
  .tuple(
    fc.integer({ min: -2, max: 2 }),
    guard,
    several(effect, 4, 1),
    fc.option(fc.tuple(several(effect, 2), several(effect, 2)), { freq: 6 }),
    fc.integer({ min: 0, max: 39 }),
  )
  .map(([priority, when, effects, arms, denies]) => (name: string) => {
    const experiment =
      arms === null ? '' : `experiment x_${name} by seed { a: { ${arms[0].join(' ')} }, b: { ${arms[1].join(' ')} } }`;
    const deny = denies === 0 ? `deny "${name}"` : '';
    return `rule ${name} priority ${priority} ${when} { ${effects.join(' ')} ${experiment} ${deny} }`;
  });

const models = fc.uniqueArray(fc.constantFrom(...ids), { minLength: 1, maxLength: 5 });

const choice = fc.oneof(
  fc
    .tuple(models, fc.constantFrom('', ' sticky by user.id ?? seed'))
    .map(([list, sticky]) => `candidates [${list.map(ref).join(', ')}]${sticky}`),
  models.map((list) => `split { ${list.map((id, place) => `${ref(id)}: ${place + 1}`).join(', ')} }`),
  fc.constantFrom('candidates models()', 'candidates cheapest(3)', 'candidates @"fast"', 'candidates requested()'),
);

const routeBody = fc
  .tuple(choice, several(models, 2), several(effect, 2))
  .map(([chosen, fallbacks, effects]) =>
    [chosen, ...fallbacks.map((list) => `fallback [${list.map(ref).join(', ')}] on any`), ...effects].join(' '),
  );

const route = fc.tuple(guard, fc.boolean(), routeBody).map(
  ([when, final, body]) =>
    (name: string) =>
      `${final && when !== '' ? 'final ' : ''}route ${name} ${when} { ${body} }`,
);

export interface RandomPolicy {
  /** Without its routes. */
  readonly rules: string;
  readonly routes: string;
}

/** Names begin with the layer's: they never meet, but for the route `default`. */
export const randomPolicy = (layer: string): fc.Arbitrary<RandomPolicy> =>
  fc.tuple(several(rule, 5, 2), several(route, 2), fc.option(routeBody, { freq: 2 })).map(([rules, routes, last]) => ({
    rules: rules.map((of, place) => of(`${layer}_r${place}`)).join('\n'),
    routes: [
      ...routes.map((of, place) => of(`${layer}_t${place}`)),
      ...(last === null ? [] : [`route default { ${last} }`]),
    ].join('\n'),
  }));

export const randomFacts: fc.Arbitrary<Changed> = fc.record({
  request: fc.record({
    stream: fc.boolean(),
    tokens_in: fc.constantFrom(10, 1000),
    model: fc.constantFrom('auto', 'gpt-4.1', 'openai/gpt-4.1'),
  }),
  tenant: fc.record({ tier: fc.constantFrom('free', 'pro') }),
  user: fc.record({ id: fc.constantFrom(null, 'u1', 'u2') }),
  seed: fc.string({ minLength: 1, maxLength: 8 }),
});
