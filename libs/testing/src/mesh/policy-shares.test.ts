// Who is given which model: shares as the weights say, and the same model for the same session and the same user.
import { salts, seedSalt } from '@router-mesh/contracts';
import { createHash } from 'node:crypto';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { until } from '../index.ts';
import { modelsOf, PolicyWorld } from './policy-world.testing.ts';

const requests = 20_000;
/** How far a share may be from its weight. */
const most = 0.01;
const underWay = 200;
const weights = { 'one/a': 0.7, 'one/b': 0.2, 'two/x': 0.1 };
const arms = Object.entries(weights).map(([model, weight]) => `@${model}: ${weight}`);

const world = await PolicyWorld.start();
const { publisher } = world;

afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => world.reset());

/** A ULID that is the same in every run. */
function fixedId(number: number): string {
  const digits = createHash('sha256').update(`request ${number}`).digest('hex').slice(0, 16).toUpperCase();
  return `01J0000000${digits}`;
}

/** Seeds are made with the salt of the mesh: under a known one they are the same in every run. */
async function fixSalt(): Promise<void> {
  const root = await world.mesh.nats.connect('root');
  const salt = JSON.stringify({ salt: '5a'.repeat(32), at: 1_790_000_000_000 });
  const { seq } = (await root.request(`$KV.${salts.name}.${seedSalt}`, salt)).json<{ seq: number }>();
  await root.close();
  await until('the salt to be in force', async () => {
    const [policy] = world.mesh.of('policy');
    const { snapshots } = (await (await fetch(`${policy?.http}/readyz`)).json()) as {
      snapshots: Record<string, number>;
    };
    return (snapshots[salts.name] ?? 0) >= seq;
  });
}

/** The model that each of the requests is given, so many of them under way at a time. */
async function given(
  tenant: string,
  count: number,
  bodyOf: (number: number) => object = () => ({}),
): Promise<string[]> {
  const found: string[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let number = next++; number < count; number = next++)
      found[number] = modelsOf(await world.plan(tenant, bodyOf(number), fixedId(number))).join();
  };
  await Promise.all(Array.from({ length: underWay }, worker));
  return found;
}

function expectShares(found: readonly string[]): void {
  for (const [model, weight] of Object.entries(weights)) {
    const share = found.filter((one) => one === model).length / found.length;
    expect(Math.abs(share - weight), `${model} has ${share}`).toBeLessThan(most);
  }
  expect(new Set(found)).toEqual(new Set(Object.keys(weights)));
}

test(
  `of ${requests} requests each model is given its weight within a point, and sent again each is given the same`,
  { timeout: 120_000 },
  async () => {
    await fixSalt();
    await publisher.main('shares', `route r { split { ${arms.join(', ')} } }`);
    const found = await given('shares', requests);
    expectShares(found);
    expect(await given('shares', 200)).toEqual(found.slice(0, 200));
  },
);

test('a split by user.id gives a user one model whatever is asked, and users the weights', async () => {
  await publisher.main('users', `route r { split by user.id ?? seed { ${arms.join(', ')} } }`);
  const users = 1000;
  const found = await given('users', 2 * users, (number) => ({ user: `user ${number % users}`, seed: number }));
  expect(found.slice(users)).toEqual(found.slice(0, users));
  for (const [model, weight] of Object.entries(weights))
    expect(found.filter((one) => one === model).length / found.length).toBeCloseTo(weight, 1);
});

test('what is sticky by session.id stays with one model over 50 requests that are answered, and sessions are spread', async () => {
  await publisher.main('sessions', 'route r { candidates [@one/a, @one/b, @two/x]\n sticky by session.id ?? seed }');
  const answered = Array.from({ length: 50 }, () => world.chat('sessions', { router: { session: 'ada' } }));
  const models = new Set((await Promise.all(answered)).map(({ router }) => router?.model));
  expect(models.size).toBe(1);
  expect(world.called).toHaveLength(50);
  const first = await given('sessions', 300, (number) => ({ router: { session: `session ${number}` } }));
  // Each order of the three, the picked one first and the others behind it.
  expect(new Set(first).size).toBe(6);
  for (const model of Object.keys(weights))
    expect(first.filter((order) => order.startsWith(model)).length).toBeGreaterThan(300 / 3 - 50);
});
