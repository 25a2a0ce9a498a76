import { rateSubject, RouterError, type Plan, type TenantDocument } from '@router-mesh/contracts';
import { describe, expect, test } from 'vitest';
import { admit } from './admission.ts';
import { Rates, type SharedCounters } from './rates.ts';

const now = 1000 * 60_000 + 20_000;

/** Counters in this process that answer when they are told to, or at once. */
class Counters implements SharedCounters {
  away = false;
  readonly values = new Map<string, number>();
  asked = 0;
  hold: Promise<void> | undefined;

  async add(subject: string, amount: number): Promise<number | undefined> {
    this.asked += 1;
    await this.hold;
    if (this.away) return undefined;
    this.values.set(subject, (this.values.get(subject) ?? 0) + amount);
    return this.values.get(subject);
  }

  addSoon(subject: string, amount: number): void {
    this.values.set(subject, (this.values.get(subject) ?? 0) + amount);
  }

  of(metric: 'requests' | 'tokens', tenant: string, scope = 'all'): number {
    return this.values.get(rateSubject(metric, { scope, tenant }, 1000)) ?? 0;
  }
}

function replica(counters: Counters, clock: { at: number } = { at: now }): Rates {
  return new Rates(counters, { now: () => clock.at, random: () => 0.5 });
}

function planOf(...models: string[]): Plan {
  const candidates = models.map((model) => ({ vendor: 'v', model }));
  return { at: 1, verb: 'chat', stream: false, policy: 'p', route: 'r', candidates, attempts: [], needs: [] };
}

const documentsOf = (documents: Record<string, TenantDocument>) => new Map(Object.entries(documents));

async function ask(
  rates: Rates,
  documents: Record<string, TenantDocument>,
  { tenant = 'acme.web', plan = planOf('m'), body = {}, sizeBytes = 40 } = {},
): Promise<Plan | RouterError> {
  try {
    return await admit(rates, { documents: documentsOf(documents), tenant, plan, body, sizeBytes });
  } catch (error) {
    if (error instanceof RouterError) return error;
    throw error;
  }
}

async function letIn(times: number, asking: () => Promise<Plan | RouterError>): Promise<number> {
  const answers = await Promise.all(Array.from({ length: times }, asking));
  return answers.filter((answer) => !(answer instanceof RouterError)).length;
}

test('without limits the plan is what it was, and there is no promise', () => {
  const plan = planOf('m');
  const rates = replica(new Counters());
  expect(admit(rates, { documents: new Map(), tenant: 'acme', plan, body: {}, sizeBytes: 4 })).toBe(plan);
  const documents = documentsOf({ acme: { levels: ['a'] }, other: { limits: { rpm: 1 } } });
  expect(admit(rates, { documents, tenant: 'acme', plan, body: {}, sizeBytes: 4 })).toBe(plan);
});

test('a promise is made only where a block must be leased', async () => {
  const counters = new Counters();
  const rates = replica(counters);
  const documents = documentsOf({ acme: { limits: { rpm: 300 } } });
  const asking = { documents, tenant: 'acme', plan: planOf('m'), body: {}, sizeBytes: 4 };
  const kinds: boolean[] = [];
  for (let n = 0; n < 6; n += 1) {
    const admitted = admit(rates, asking);
    kinds.push(admitted instanceof Promise);
    await admitted;
  }
  expect(kinds).toEqual([true, false, false, true, false, false]);
  expect(counters.of('requests', 'acme')).toBe(6);
});

describe('a request counts', () => {
  const documents = {
    'acme.web': { limits: { rpm: 4 } },
    acme: { limits: { rpm: 6 } },
    platform: { limits: { rpm: 8 } },
  };

  test('in the limits of every level above it, and of the mesh: whichever is reached first refuses', async () => {
    const counters = new Counters();
    const rates = replica(counters);
    const asking = (tenant: string) => () => ask(rates, documents, { tenant });
    expect(await letIn(10, asking('acme.web'))).toBe(4);
    expect(await letIn(10, asking('acme.app.x'))).toBe(2);
    expect(await letIn(10, asking('else'))).toBe(2);
    const named = await Promise.all(['acme.web', 'acme.app', 'else'].map((tenant) => asking(tenant)()));
    expect(named).toMatchObject([
      { code: 'rate_limited', message: 'tenant "acme.web" is over its limit of 4 requests a minute' },
      { code: 'rate_limited', details: { limit: 'rpm', tenant: 'acme', value: 6, retry_after_ms: 40_250 } },
      { message: 'the mesh is over its limit of 8 requests a minute', details: { tenant: 'platform' } },
    ]);
  });

  test('in none of them when one refuses', async () => {
    const counters = new Counters();
    const rates = replica(counters);
    expect(
      await letIn(100, () =>
        ask(rates, { a: { limits: { rpm: 1 } }, platform: { limits: { rpm: 5 } } }, { tenant: 'a' }),
      ),
    ).toBe(1);
    expect(await letIn(10, () => ask(rates, { platform: { limits: { rpm: 5 } } }, { tenant: 'b' }))).toBe(4);
  });
});

test('those who come while a lease is asked for wait for it together: 50 at once ask twice at most', async () => {
  const counters = new Counters();
  const rates = replica(counters);
  expect(await letIn(50, () => ask(rates, { acme: { limits: { rpm: 60 } } }))).toBe(50);
  expect(counters.asked).toBeLessThanOrEqual(2);
});

test('four replicas let in exactly the limit when more is asked for, and give back what they leased too much', async () => {
  const counters = new Counters();
  const replicas = [1, 2, 3, 4].map(() => replica(counters));
  let next = 0;
  const asking = () => ask(replicas[(next += 1) % 4] as Rates, { acme: { limits: { rpm: 600 } } });
  let admitted = 0;
  for (let round = 0; round < 20; round += 1) admitted += await letIn(50, asking);
  expect(admitted).toBe(600);
  expect(counters.of('requests', 'acme')).toBe(600);
});

test('a full minute is not asked for again, and the next one is fresh', async () => {
  const counters = new Counters();
  const clock = { at: now };
  const rates = replica(counters, clock);
  const asking = () => ask(rates, { acme: { limits: { rpm: 2 } } });
  expect(await letIn(5, asking)).toBe(2);
  const { asked } = counters;
  expect(await letIn(5, asking)).toBe(0);
  expect(counters.asked).toBe(asked);
  clock.at += 60_000;
  expect(await letIn(5, asking)).toBe(2);
});

describe('tokens', () => {
  const limits = { tpm: 1000 };

  test('are guessed from the bytes that come in and the tokens that may come out, and charged', async () => {
    const counters = new Counters();
    const rates = replica(counters);
    const answer = await ask(rates, { acme: { limits } }, { body: { max_tokens: 390 }, sizeBytes: 40 });
    expect(answer).toMatchObject({
      limits: {
        minute: 1000,
        tokens: 400,
        charged: [{ tenant: 'acme', scope: 'all' }],
        report: { tpm: { limit: 1000, remaining: 600, reset_ms: 40_000 } },
      },
    });
    expect(counters.of('tokens', 'acme')).toBe(400);
    expect(await letIn(5, () => ask(rates, { acme: { limits } }, { body: { max_tokens: 390 } }))).toBe(1);
    expect(await letIn(5, () => ask(rates, { acme: { limits } }, { body: {}, sizeBytes: 400 }))).toBe(2);
  });

  test('that come back are let in again after a second', async () => {
    const counters = new Counters();
    const clock = { at: now };
    const rates = replica(counters, clock);
    const asking = () => ask(rates, { acme: { limits } }, { body: { max_tokens: 490 } });
    expect(await letIn(5, asking)).toBe(2);
    counters.addSoon(rateSubject('tokens', { scope: 'all', tenant: 'acme' }, 1000), -600);
    expect(await letIn(5, asking)).toBe(0);
    clock.at += 1000;
    expect(await letIn(5, asking)).toBe(1);
  });

  test('of one request beyond the whole limit are too many, now and later', async () => {
    const answer = await ask(replica(new Counters()), { acme: { limits } }, { body: { max_tokens: 1000 } });
    expect(answer).toMatchObject({
      code: 'too_large',
      details: { limit: 1000, size: 1010, of: 'tpm' },
      retryable: false,
    });
  });
});

describe('a model over its limit', () => {
  const documents = { acme: { limits: { models: { 'v/one': { rpm: 2 }, 'v/two': { rpm: 1 } } } } };

  test('is left out where other candidates remain, and refused where none does', async () => {
    const rates = replica(new Counters());
    const firsts: unknown[] = [];
    for (let n = 0; n < 4; n += 1) {
      const answer = await ask(rates, documents, { plan: planOf('one', 'two') });
      firsts.push(answer instanceof RouterError ? answer.message : answer.candidates.map(({ model }) => model));
    }
    const refused = 'tenant "acme" is over its limit of 1 requests of model "v/two" a minute';
    expect(firsts).toEqual([['one', 'two'], ['one', 'two'], ['two'], refused]);
    expect(await ask(rates, documents, { plan: planOf('one') })).toMatchObject({ details: { model: 'v/one' } });
    expect(await ask(rates, documents, { plan: planOf('three') })).toMatchObject({ candidates: [{ model: 'three' }] });
  });

  test('does not help a tenant that is over its own', async () => {
    const rates = replica(new Counters());
    const both = { acme: { limits: { rpm: 1, models: { 'v/one': { rpm: 5 } } } } };
    expect(await letIn(3, () => ask(rates, both, { plan: planOf('one', 'two') }))).toBe(1);
  });
});

test('concurrency is for the stop to hold: the plan names the slots, and needs them', async () => {
  const documents = { acme: { limits: { concurrency: 3, models: { 'v/m': { concurrency: 2 } } } } };
  const answer = await ask(replica(new Counters()), documents);
  expect(answer).toMatchObject({
    needs: ['slots'],
    limits: {
      slots: [
        { tenant: 'acme', scope: 'all', limit: 3 },
        { tenant: 'acme', scope: expect.stringMatching(/^m-[0-9a-f]{16}$/), model: 'v/m', limit: 2 },
      ],
    },
  });
});

test('while the counters are away nobody waits for them, and each replica holds the limit to its share', async () => {
  const counters = new Counters();
  const clock = { at: now };
  const [one, other] = [replica(counters, clock), replica(counters, clock)];
  const documents = { acme: { limits: { rpm: 100 } } };
  expect(await letIn(75, () => ask(one, documents))).toBe(75);
  expect(await letIn(75, () => ask(other, documents))).toBe(25);
  expect(await letIn(1, () => ask(one, documents))).toBe(0); // and so it knows what all have taken
  counters.away = true;
  clock.at += 60_000;
  const { asked } = counters;
  expect(await letIn(200, () => ask(one, documents))).toBe(75);
  expect(await letIn(200, () => ask(other, documents))).toBe(25);
  expect(counters.asked).toBe(asked);
});

test('a counter that goes away while it is asked refuses nobody for that', async () => {
  const counters = new Counters();
  const rates = replica(counters);
  const { promise, resolve } = Promise.withResolvers<void>();
  counters.hold = promise;
  const asking = ask(rates, { acme: { limits: { rpm: 100 } } });
  counters.away = true;
  resolve();
  expect(await asking).not.toBeInstanceOf(RouterError);
});
