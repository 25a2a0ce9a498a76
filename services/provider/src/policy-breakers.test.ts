import type { Candidate } from '@router-mesh/contracts';
import { describe, expect, test } from 'vitest';
import { CallFailure, NotCalled } from './failure.ts';
import { PolicyBreakers } from './policy-breakers.ts';
import { admitted } from './testing.ts';

const settings = { calls: 3, failure_rate: 0.5, open_ms: 60_000 };
const candidate = (changes: Partial<Candidate> = {}): Candidate => ({
  vendor: 'v',
  model: 'm',
  breaker: settings,
  ...changes,
});

/** How a call of a model that answers ends: `called`, or the class it was refused with. */
async function outcome(breakers: PolicyBreakers, policy = 'p', of = candidate()): Promise<string> {
  try {
    return await admitted(
      () => breakers.admit(policy, of),
      () => Promise.resolve('called'),
    );
  } catch (error) {
    return error instanceof NotCalled ? error.class : 'broken';
  }
}

async function fail(breakers: PolicyBreakers, times: number, of = candidate(), error?: Error): Promise<void> {
  for (let turn = 0; turn < times; turn += 1)
    await admitted(
      () => breakers.admit('p', of),
      () => Promise.reject(error ?? new CallFailure('server_error', '')),
    ).catch(() => undefined);
}

test('one opens after as many failures as its plan says, for its policy and its model alone', async () => {
  const breakers = new PolicyBreakers();
  await fail(breakers, 2);
  expect(await outcome(new PolicyBreakers())).toBe('called');
  await fail(breakers, 2);
  expect([
    await outcome(breakers),
    await outcome(breakers, 'other'),
    await outcome(breakers, 'p', candidate({ model: 'n' })),
    await outcome(breakers, 'p', candidate({ breaker: undefined })),
  ]).toEqual(['circuit_open', 'called', 'called', 'called']);
});

test('who refuses is told', async () => {
  const breakers = new PolicyBreakers();
  await fail(breakers, 4);
  expect(() => breakers.admit('p', candidate())).toThrow(
    'not called, for more than half of its last calls failed (the breaker of policy "p")',
  );
});

describe('a failure rate', () => {
  test('of 0 opens at the first failure, of 1 never', async () => {
    const [strict, lenient] = [new PolicyBreakers(), new PolicyBreakers()];
    const rate = (failure_rate: number) => candidate({ breaker: { ...settings, calls: 1, failure_rate } });
    await fail(strict, 2, rate(0));
    await fail(lenient, 20, rate(1));
    expect([await outcome(strict, 'p', rate(0)), await outcome(lenient, 'p', rate(1))]).toEqual([
      'circuit_open',
      'called',
    ]);
  });
});

test('what another breaker or a bulkhead refused is no failure of the model', async () => {
  const breakers = new PolicyBreakers();
  await fail(breakers, 20, candidate(), new NotCalled('overloaded', ''));
  expect(await outcome(breakers)).toBe('called');
});

test('with other numbers it begins anew', async () => {
  const breakers = new PolicyBreakers();
  await fail(breakers, 4);
  expect(await outcome(breakers, 'p', candidate({ breaker: { ...settings, calls: 4 } }))).toBe('called');
});

test('so many are kept and no more: the one that was not used for longest is forgotten', async () => {
  const breakers = new PolicyBreakers();
  await fail(breakers, 4);
  for (let index = 0; index < 999; index += 1) await outcome(breakers, `other-${index}`);
  expect([breakers.size, await outcome(breakers)]).toEqual([1000, 'circuit_open']);
  for (let index = 0; index < 1000; index += 1) await outcome(breakers, `more-${index}`);
  expect([breakers.size, await outcome(breakers)]).toEqual([1000, 'called']);
});
