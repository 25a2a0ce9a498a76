// How policies are run is for the host to say: without generated code they decide the same, and with more fuel and depth what needs it.
import { ulid } from 'ulid';
import { afterAll, beforeEach, expect, test } from 'vitest';
import type { AnswerBody, ServiceProcess } from '../index.ts';
import { asking, PolicyWorld } from './policy-world.testing.ts';

/** The first needs more calls within calls than 64, the second more fuel than 20 000. */
const greedy = {
  deep: `fn down(n: Int) -> Int { return if n == 0 then 0 else down(n - 1) + 1 }
    rule r when down(200) == 200 { limit max_tokens = 5 }
    route r { candidates @one/a }`,
  long: `fn count(n: Int) -> Int { var at = 0
      while at < n { set at = at + 1 }
      return at }
    rule r when count(20k) == 20k { limit max_tokens = 5 }
    route r { candidates @one/a }`,
};
/** What is asked of it, in many ways. */
const thrifty = `const weekend = ["sat", "sun"]
  fn spread(key: String) -> Float { return bucket(key, "spread") }
  fn worth(m: Model) -> Money { return cost(m, request.tokens_in, request.max_tokens ?? 512) ?? $1 }
  rule dear { exclude m => worth(m) > $0.004 and request.metadata["rich"] != null }
  rule short when request.stream { limit max_tokens = 64 }
  rule told { tag spread = spread(user.id ?? seed) < 0.5
    for m in models() { if starts(m.name, "b") { tag has.b = f"{m.id}" } } }
  rule no when (request.metadata["constructor"] ?? request.metadata["no"]) != null { deny "no" message f"not {tenant.id}" }
  route users when user.id != null { split by user.id ?? "" { @one/a: 1, @two/x: 1 } }
  route r { candidates requested()
    fallback @two/y on timeout, any retry 1 backoff exp(10ms, 20ms) }`;

const bodies: readonly object[] = [
  {},
  { model: 'one/b' },
  { stream: true },
  { metadata: { rich: 1 }, max_tokens: 2000 },
  { metadata: { no: true } },
  { metadata: { constructor: 'x' } },
  ...Array.from({ length: 20 }, (_, number) => ({ user: `user ${number}` })),
];

const world = await PolicyWorld.start();
const { client, mesh, publisher } = world;
for (const [tenant, body] of Object.entries({ ...greedy, thrifty })) await publisher.main(tenant, body);

afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => world.reset());

/** Another policy process in the place of the one that runs. */
async function replacePolicy(environment: Readonly<Record<string, string>>): Promise<ServiceProcess> {
  for (const policy of mesh.of('policy')) await policy.stop();
  return await mesh.start('policy', environment);
}

test('without generated code, in a process that forbids it, all is decided as with it, at the same cost', async () => {
  const asked = bodies.map((body) => ({ body: asking(body), request: ulid() }));
  const ask = async ({ body, request }: (typeof asked)[number]): Promise<unknown> => {
    const options = { tenant: 'thrifty', headers: { 'Router-Request': request } };
    return judged((await client.ask('decide', body, options)).body);
  };
  const generated = await Promise.all(asked.map(ask));
  const forbidden = { NODE_OPTIONS: '--disallow-code-generation-from-strings' };
  const told = await replacePolicy({ ...forbidden, ROUTER_POLICY_CODEGEN: '0' });
  expect(await Promise.all(asked.map(ask))).toEqual(generated);
  expect(told.troubles).toEqual([]);
  // Nobody told this one: it finds out by itself, and says so once.
  const untold = await replacePolicy(forbidden);
  expect(await Promise.all(asked.map(ask))).toEqual(generated);
  expect(untold.troubles).toEqual([expect.stringContaining('ROUTER_POLICY_CODEGEN=0')]);
  expect(generated).toContainEqual(expect.objectContaining({ code: 'denied', message: 'not thrifty' }));
  expect(new Set(generated.map((one) => JSON.stringify(one))).size).toBeGreaterThan(5);
});

test('what needs more fuel or depth than there is by default is refused, and let in where the host gives more', async () => {
  for (const tenant of Object.keys(greedy))
    expect((await world.chat(tenant)).error).toMatchObject({
      code: 'unavailable',
      details: { reason: 'policy_limit', policy: `${tenant}/main` },
    });
  expect(world.called).toEqual([]);
  await replacePolicy({ ROUTER_POLICY_FUEL: '1000000', ROUTER_POLICY_DEPTH: '512' });
  for (const tenant of Object.keys(greedy)) {
    expect((await world.chat(tenant)).router?.model).toBe('one/a');
    expect(world.one.last.body['max_tokens']).toBe(5);
  }
});

/** All that a policy said, its fuel and bytes too; of a refusal what the client is told. */
function judged({ error, ...body }: AnswerBody): unknown {
  return error ?? body['decision'];
}
