import { expect, test } from 'vitest';
import { decided, policy, type Changed } from './decide.testing.ts';

/** A root and a leaf, both with rules; the leaf's route unless the root has one. */
function two(root: string, leaf: string, changed?: Changed) {
  return decided([policy('leaf', leaf, 'root'), policy('root', root)], changed);
}

const rule = (name: string, body: string) => `rule ${name} { ${body} }`;

test('every matching rule applies, by priority and then root first', () => {
  const { rules } = two(
    `rule low priority -1 { tag a = 1 } rule high priority 5 { tag b = 1 } rule plain { tag c = 1 }`,
    `rule mine priority 5 { tag d = 1 } rule off when request.stream { tag e = 1 } rule last { tag f = 1 }`,
  );
  expect(rules).toEqual(['root:high', 'leaf:mine', 'root:plain', 'leaf:last', 'root:low']);
});

test('a denial overrides all else, and ends its rule', () => {
  const decision = two(
    rule('no', 'tag why = "said" deny "closed" status 451 message f"not {tenant.id}" tag after = 1'),
    rule('mine', 'tag mine = true'),
  );
  expect(decision).toMatchObject({
    effect: 'deny',
    deny: { rule: 'no', layer: 'root', reason: 'closed', status: 451, message: 'not sample' },
    candidates: [],
    tags: { why: 'said', mine: true },
    rules: ['root:no', 'leaf:mine'],
  });
  expect(decision).not.toHaveProperty('route');
  expect(decision).not.toHaveProperty('picked');
});

test('of two denials the one of the higher priority is reported, then the upper layer’s', () => {
  const low = two(`rule a { deny "root" }`, `rule b priority 1 { deny "leaf" }`);
  expect(low.deny).toEqual({ rule: 'b', layer: 'leaf', reason: 'leaf', status: 403 });
  expect(two(`rule a { deny "root" }`, `rule b { deny "leaf" }`).deny).toMatchObject({ layer: 'root' });
});

test.each([
  ['max_tokens', '100', '200', 100],
  ['max_tokens', '200', '100', 100],
  ['timeout', '2s', '500ms', 500],
  ['rpm', '7', '9', 7],
  ['tpm', '9k', '10k', 9000],
  ['concurrency', '3', '2', 2],
] as const)('the tightest limit holds: %s of %s and %s', (what, root, leaf, tightest) => {
  expect(two(rule('r', `limit ${what} = ${root}`), rule('l', `limit ${what} = ${leaf}`)).limits).toEqual({
    [what]: tightest,
  });
});

test('filters of all layers hold for candidates, fallbacks and the arms of a split', () => {
  const route =
    'route default { candidates [@openai/gpt-4.1, @azure-eu/gpt-4.1, @mistral/mistral-large] fallback [@local/llama-3, @google/gemini-2.5-pro] }';
  const decision = two(
    rule('eu', 'only m => m.region == "eu"') + route,
    rule('no', 'exclude m => m.vendor == "mistral"'),
  );
  expect(decision.candidates).toEqual([{ model: 'azure-eu/gpt-4.1' }]);
  expect(decision.fallbacks).toEqual([{ model: 'local/llama-3', on: [] }]);
  const split = 'route default { split { @openai/gpt-4.1: 99, @azure-eu/gpt-4.1: 1 } }';
  expect(two(rule('eu', 'only m => m.region == "eu"'), split)).toMatchObject({
    candidates: [{ model: 'azure-eu/gpt-4.1', weight: 1 }],
    picked: 'azure-eu/gpt-4.1',
  });
});

test('the pipeline runs root to leaf, whatever the priorities', () => {
  const { pipeline } = two(
    rule('a', 'use pre "first"'),
    `rule b priority 9 { use pre "second" } ${rule('c', 'use post "third"')}`,
  );
  expect(pipeline.map(({ extension }) => extension)).toEqual(['first', 'second', 'third']);
});

test.each([
  ['optional', 'required', { mode: 'required' }],
  ['required', 'optional', { mode: 'required' }],
  ['on_fail ignore', 'on_fail warn', { mode: 'optional', on_fail: 'warn' }],
  ['on_fail block', 'on_fail ignore', { mode: 'required', on_fail: 'block' }],
] as const)('the strictest mode wins: %s above, %s below', (above, below, expected) => {
  const { pipeline } = two(
    rule('a', `use validate "guard@^1" ${above}`),
    rule('b', `use validate "guard@^1" ${below}`),
  );
  expect(pipeline).toHaveLength(1);
  expect(pipeline[0]).toMatchObject({ stage: 'validate', extension: 'guard', range: '^1', ...expected });
});

test('an extension that is used with another configuration is run twice: a child does not reconfigure its parent’s', () => {
  const { pipeline } = two(
    rule('a', 'use post "mask" with { email: true } required timeout 2s stream window 80'),
    rule('b', 'use post "mask" with { email: false } optional'),
  );
  expect(pipeline).toEqual([
    {
      stage: 'post',
      extension: 'mask',
      mode: 'required',
      on_fail: 'block',
      config: { email: true },
      timeout_ms: 2000,
      stream: { kind: 'window', size: 80 },
    },
    { stage: 'post', extension: 'mask', mode: 'optional', on_fail: 'ignore', config: { email: false } },
  ]);
});

test('combine pipeline replace: the lowest layer that uses anything replaces what is not required', () => {
  const root = `combine pipeline replace ${rule('a', 'use pre "must" required use pre "may" optional')}`;
  const names = (leaf: string) => two(root, leaf).pipeline.map(({ extension }) => extension);
  expect(names(rule('b', 'use pre "mine" optional'))).toEqual(['must', 'mine']);
  expect(names(rule('b', 'tag x = 1'))).toEqual(['must', 'may']);
});

test('the later layer wins the path of a tag and of a transform, whatever the priorities', () => {
  const decision = two(
    `rule a { tag a.b = "root" tag c = 1 transform request temperature = 0.1 transform response note = "root" }`,
    `rule b priority 9 { tag a.b = "leaf" transform request temperature = 0.9 }`,
  );
  expect(decision.tags).toEqual({ 'a.b': 'leaf', c: 1 });
  expect(decision.transforms).toEqual({
    request: [{ path: ['temperature'], value: 0.9 }],
    response: [{ path: ['note'], value: 'root' }],
  });
});

test('within a layer the later one in the order of application wins a path', () => {
  expect(two('rule a priority 1 { tag x = "first" } rule b { tag x = "second" }', '').tags).toEqual({ x: 'second' });
});

test('what a final route wrote no layer below writes over', () => {
  const decision = two(
    'final route eu when tenant.region == "eu" { tag x = "final" transform request a = { b: 1 } candidates @azure-eu/gpt-4.1 } route default { candidates @openai/gpt-4.1 }',
    'rule r { tag x = "leaf" tag y = "leaf" transform request a.b = 2 }',
    { tenant: { region: 'eu' } },
  );
  expect(decision.route).toBe('eu');
  expect(decision.tags).toEqual({ x: 'final', y: 'leaf' });
  expect(decision.transforms.request).toEqual([
    { path: ['a', 'b'], value: 2 },
    { path: ['a'], value: { b: 1 } },
  ]);
});

test.each([
  ['cache key "r" ttl 1min', 'cache key "l" ttl 1s', { key: '"r"', ttl_ms: 60_000 }],
  ['cache key "r" ttl 1min', 'cache off', { off: true }],
  ['cache off', 'cache key "l" ttl 1s', { off: true }],
  ['tag x = 1', 'cache key request.tokens_in ttl 1s', { key: '100', ttl_ms: 1000 }],
] as const)('cache: off wins, then the upper layer: %s, %s', (root, leaf, cache) => {
  expect(two(rule('a', root), rule('b', leaf)).cache).toEqual(cache);
});

test('hedge: the longest wait holds', () => {
  expect(two(rule('a', 'hedge after 300ms'), rule('b', 'hedge after 1s')).hedge_after_ms).toBe(1000);
  expect(two(rule('a', 'hedge after 2s'), rule('b', 'hedge after 1s')).hedge_after_ms).toBe(2000);
});

test('breakers: the upper layer’s holds for its models', () => {
  const { breakers } = two(
    'breaker @openai/gpt-4.1 { failures: 50%, calls: 20, open: 30s }',
    'breaker @openai/gpt-4.1 { failures: 90%, calls: 99, open: 1s } breaker * { failures: 80%, calls: 10, open: 5s }',
  );
  expect(breakers).toEqual([
    { model: 'openai/gpt-4.1', calls: 20, failure_rate: 0.5, open_ms: 30_000 },
    { calls: 10, failure_rate: 0.8, open_ms: 5000 },
  ]);
});

test('routes: final ones root first, then the leaf’s, then those above it', () => {
  const root = `
    final route frozen when tenant.id == "frozen" { candidates @local/llama-3 }
    route vip when tenant.tier == "pro" { candidates @openai/gpt-4.1 }
    route default { candidates @google/gemini-2.5-flash }`;
  const leaf = `
    final route also when tenant.id == "frozen" or tenant.id == "also" { candidates @openai/gpt-4.1 }
    route mine when tenant.tier != "free" { candidates @anthropic/claude-sonnet-4 }`;
  const route = (changed: Changed) => two(root, leaf, changed).route;
  expect(route({ tenant: { id: 'frozen', tier: 'pro' } })).toBe('frozen');
  expect(route({ tenant: { id: 'also', tier: 'pro' } })).toBe('also');
  expect(route({ tenant: { tier: 'pro' } })).toBe('mine');
  expect(route({})).toBe('default');
});

test('a route of the same name stands in the place of the upper layer’s', () => {
  const decision = two(
    'route special when request.stream { candidates @local/llama-3 } route default { candidates @openai/gpt-4.1 }',
    'route default { candidates @google/gemini-2.5-pro }',
  );
  expect(decision).toMatchObject({ route: 'default', picked: 'google/gemini-2.5-pro' });
});

test('an open rule is the lower layer’s then: its order, its meter, its name', () => {
  const decision = two(
    'open rule budget priority 3 { deny "over" } rule other priority 1 { tag o = 1 }',
    'rule budget { tag soft = true }',
  );
  expect(decision).toMatchObject({ effect: 'allow', rules: ['root:other', 'leaf:budget'], tags: { soft: true } });
});

test('sticky: the first that is said holds, and orders the candidates', () => {
  const all = '[@openai/gpt-4.1, @azure-eu/gpt-4.1, @mistral/mistral-large, @anthropic/claude-sonnet-4]';
  const by = (body: string, user: string) =>
    decided([policy('p', `route default { ${body} }`)], { user: { id: user } }).candidates.map(({ model }) => model);
  const orders = Array.from({ length: 20 }, (_, n) =>
    by(`candidates ${all} sticky by user.id ?? seed sticky by "x"`, `u${n}`),
  );
  expect(new Set(orders.map((order) => order.join())).size).toBeGreaterThan(5);
  expect(new Set(orders.map(([first]) => first)).size).toBe(4);
  expect(by(`sticky by user.id ?? seed candidates ${all}`, 'u3')).toEqual(orders[3]);
});
