import { RouterError } from '@router-mesh/contracts';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Breaker } from './breaker.ts';
import { admitted } from './testing.ts';
import { CallFailure } from './failure.ts';

// Cockatiel reads the clock itself: it is the only thing that is faked.
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 }));
afterEach(() => void vi.useRealTimers());

const broken = new CallFailure('server_error', 'x');
const settings = { calls: 4, openMs: 1000 };
const answer = (): Promise<string> => Promise.resolve('answer');
const run = (breaker: Breaker, call: Parameters<typeof admitted<string>>[1]): Promise<string> =>
  admitted(() => breaker.admit(), call);

async function fail(breaker: Breaker, error: Error = broken, times = 1): Promise<void> {
  for (let turn = 0; turn < times; turn += 1)
    await expect(run(breaker, () => Promise.reject(error))).rejects.toBe(error);
}

async function opened(): Promise<Breaker> {
  const breaker = new Breaker(settings);
  await fail(breaker, broken, 4);
  expect(breaker.state).toBe('open');
  return breaker;
}

describe('a breaker opens', () => {
  test('when there were enough calls and more than half of them failed', async () => {
    const breaker = new Breaker(settings);
    await fail(breaker, broken, 3);
    expect(breaker.state).toBe('closed');
    await fail(breaker);
    expect(breaker.state).toBe('open');
  });

  test('never while half of the calls are answered', async () => {
    const breaker = new Breaker(settings);
    for (let turn = 0; turn < 20; turn += 1) {
      expect(await run(breaker, answer)).toBe('answer');
      await fail(breaker);
    }
    expect(breaker.state).toBe('closed');
  });

  test.each([
    new RouterError('cancelled', 'x'),
    new RouterError('deadline_exceeded', 'x'),
    new CallFailure('auth', 'x'),
    new CallFailure('bad_request', 'x'),
    new CallFailure('content_filter', 'x'),
    new CallFailure('context_length', 'x'),
    new CallFailure('rate_limited', 'x'),
    new CallFailure('server_error', 'x', { lasting: true }),
    new TypeError('a bug'),
  ])('never for %s', async (error) => {
    const breaker = new Breaker(settings);
    await fail(breaker, error, 50);
    expect(breaker.state).toBe('closed');
  });

  test('never when it is switched off', async () => {
    const breaker = new Breaker({ calls: 0, openMs: 1000 });
    await fail(breaker, broken, 50);
    expect([breaker.state, await run(breaker, answer)]).toEqual(['closed', 'answer']);
  });
});

describe('an open breaker', () => {
  test('refuses at once, and says when it will let a call through', async () => {
    const breaker = await opened();
    vi.setSystemTime(Date.now() + 400);
    const call = vi.fn(answer);
    await expect(run(breaker, call)).rejects.toMatchObject({
      class: 'circuit_open',
      retryAfterMs: 600,
      passing: false,
    });
    expect(call).not.toHaveBeenCalled();
  });

  test('is half open as soon as it would let a call through: who keeps away from open ones comes back', async () => {
    const breaker = await opened();
    vi.setSystemTime(Date.now() + 999);
    expect(breaker.state).toBe('open');
    vi.setSystemTime(Date.now() + 1);
    expect(breaker.state).toBe('half_open');
  });

  test('lets a single call through and refuses the others meanwhile', async () => {
    const breaker = await opened();
    vi.setSystemTime(Date.now() + 1000);
    const seen = Promise.withResolvers<string>();
    const probe = run(breaker, () => seen.promise);
    await expect(run(breaker, answer)).rejects.toMatchObject({ class: 'circuit_open' });
    seen.resolve('well');
    expect(await probe).toBe('well');
    expect([breaker.state, await run(breaker, answer)]).toEqual(['closed', 'answer']);
  });

  test('closes when that call begins to answer, however long it goes on', async () => {
    const breaker = await opened();
    vi.setSystemTime(Date.now() + 1000);
    const end = Promise.withResolvers<string>();
    const probe = run(breaker, (alive) => (alive(), end.promise));
    await vi.waitFor(() => expect(breaker.state).toBe('closed'));
    expect(await run(breaker, answer)).toBe('answer');
    end.reject(broken);
    await expect(probe).rejects.toBe(broken);
  });

  test.each([
    ['fails', broken],
    ['is cancelled before it answers, which proves nothing', new RouterError('cancelled', 'x')],
  ])('opens again when that call %s', async (_how, error) => {
    const breaker = await opened();
    vi.setSystemTime(Date.now() + 1000);
    await fail(breaker, error);
    expect(breaker.state).toBe('open');
    await expect(run(breaker, answer)).rejects.toMatchObject({ class: 'circuit_open', retryAfterMs: 1000 });
  });

  test('is decided by that call alone, and not by one that went out before it opened', async () => {
    const breaker = new Breaker(settings);
    const ends = Array.from({ length: 2 }, () => Promise.withResolvers<string>());
    const early = ends.map(({ promise }) => run(breaker, () => promise));
    await fail(breaker, broken, 4);
    vi.setSystemTime(Date.now() + 1000);
    const seen = Promise.withResolvers<string>();
    const probe = run(breaker, () => seen.promise);
    ends[0]?.reject(broken);
    ends[1]?.resolve('answer');
    await Promise.allSettled(early);
    expect(breaker.state).toBe('half_open');
    seen.resolve('well');
    await probe;
    expect(breaker.state).toBe('closed');
  });

  test('closes when the upstream refuses that call for its own good reasons', async () => {
    const breaker = await opened();
    vi.setSystemTime(Date.now() + 1000);
    await fail(breaker, new CallFailure('bad_request', 'x'));
    expect(breaker.state).toBe('closed');
  });
});
