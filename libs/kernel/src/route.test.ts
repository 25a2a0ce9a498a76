import type { Plan } from '@router-mesh/contracts';
import { aPlan, aTravel } from '@router-mesh/testing';
import type { Travel } from '@router-mesh/wire';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { afterFailure, nextStop, replanned, sameAgain, withoutStop } from './route.ts';

const candidates = (...vendors: string[]): Plan['candidates'] => vendors.map((vendor) => ({ vendor, model: 'echo' }));
const travelling = (itinerary: string[], vendors: string[] = ['a', 'b']): Travel =>
  aTravel({ itinerary, plan: aPlan({ candidates: candidates(...vendors) }) });

test.each([
  [['cost', 'provider.a'], 'cost', false, ['provider.a']],
  [['experiment?', 'cost', 'provider.a'], 'experiment', true, ['cost', 'provider.a']],
  [['provider.a'], 'provider.a', false, []],
])('of %j the next stop is %s (optional: %s)', (itinerary, stop, optional, rest) => {
  const next = nextStop(travelling(itinerary));
  expect([next.stop, next.optional, next.travel.itinerary]).toEqual([stop, optional, rest]);
});

test('a request with no stop left is our bug', () => {
  expect(() => nextStop(travelling([]))).toThrow(expect.objectContaining({ code: 'internal' }));
});

test('an optional stop that is not running is left out, and the leg stays', () => {
  const after = withoutStop(nextStop(travelling(['experiment?', 'extension?', 'provider.a'])));
  expect([after.stop, after.optional, after.travel.leg, after.travel.plan.attempts]).toEqual([
    'extension',
    true,
    0,
    [],
  ]);
  expect(withoutStop(after).stop).toBe('provider.a');
});

test('a required stop that is not running is `unavailable` by name, and says when to ask again: it may only be full', () => {
  expect(() => withoutStop(nextStop(travelling(['cost', 'provider.a'])), 700)).toThrow(
    expect.objectContaining({
      code: 'unavailable',
      retryable: true,
      message: 'stop "cost" is not running, or all of its replicas are at their cap',
      details: { reason: 'not_running', stop: 'cost', retry_after_ms: 700 },
    }),
  );
});

test('a provider that is not running is a failed candidate; only the last is `unavailable`, and tells of all', () => {
  const second = withoutStop(nextStop(travelling(['provider.a'])));
  expect([second.stop, second.travel.leg, second.travel.plan.candidates, second.travel.plan.attempts]).toEqual([
    'provider.b',
    1,
    candidates('b'),
    [{ model: 'a/echo', class: 'not_running' }],
  ]);
  expect(() => withoutStop(second)).toThrow(
    expect.objectContaining({
      code: 'unavailable',
      retryable: true,
      details: {
        reason: 'not_running',
        stop: 'provider.b',
        retry_after_ms: expect.any(Number),
        attempts: [{ model: 'a/echo', class: 'not_running' }],
      },
    }),
  );
});

test('a stop whose name only begins like a provider is none', () => {
  expect(() => withoutStop(nextStop(travelling(['providers', 'provider.a'])))).toThrow(
    expect.objectContaining({ code: 'unavailable' }),
  );
});

const vendor = fc.stringMatching(/^[a-z0-9_-]{1,8}$/);

test('whatever fails, every candidate is tried once, in order, one leg each, and the travel is otherwise untouched', () => {
  fc.assert(
    fc.property(
      fc.array(vendor, { minLength: 1, maxLength: 6 }),
      fc.constantFrom('timeout', 'not_running', 'auth'),
      (vendors, why) => {
        let travel = travelling([], vendors);
        const tried = [vendors[0]];
        for (let leg = 1; ; leg += 1) {
          const failed = { model: `${travel.plan.candidates[0]?.vendor}/echo`, class: why } as const;
          const next = afterFailure(travel, failed);
          if (next === undefined) break;
          expect(next).toMatchObject({
            stop: `provider.${vendors[leg] ?? ''}`,
            optional: false,
            travel: { leg, itinerary: [] },
          });
          expect(next.travel.plan.attempts).toHaveLength(leg);
          expect({ ...next.travel, plan: travel.plan, leg: travel.leg, itinerary: [] }).toEqual(travel);
          tried.push(vendors[leg]);
          travel = next.travel;
        }
        expect(tried).toEqual(vendors);
      },
    ),
  );
});

test('a candidate that is tried again stays the first, one leg further, with its attempt told', () => {
  const travel = travelling(['cost'], ['a', 'b']);
  const failed = { model: 'a/echo', class: 'overloaded', retry_after_ms: 20 } as const;
  const again = sameAgain(travel, failed);
  expect(again).toEqual({
    ...travel,
    plan: { ...travel.plan, attempts: [failed] },
    leg: travel.leg + 1,
    itinerary: [],
  });
  expect(sameAgain(again, failed).plan.attempts).toEqual([failed, failed]);
});

test('a plan that changes on the way leaves its travel where it is', () => {
  const travel = travelling(['cost'], ['a', 'b']);
  const attempts = [{ model: 'a/echo', class: 'timeout' }];
  const changed = replanned(travel, { candidates: candidates('b'), attempts, hedge_after_ms: undefined });
  expect(changed).toEqual({ ...travel, plan: { ...travel.plan, candidates: candidates('b'), attempts } });
});

test('stops that are taken one by one are the itinerary, and optional ones are known by their mark', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(vendor, fc.boolean()), { maxLength: 6 }), (stops) => {
      let travel = travelling(stops.map(([stop, optional]) => (optional ? `${stop}?` : stop)));
      for (const [stop, optional] of stops) {
        const next = nextStop(travel);
        expect([next.stop, next.optional]).toEqual([stop, optional]);
        travel = next.travel;
      }
      expect(travel.itinerary).toEqual([]);
    }),
  );
});

test('what upstreams said is left out when the plan would not fit its header otherwise: the next candidate is tried all the same', () => {
  const plan = aPlan({ candidates: candidates('a', 'b'), tags: { long: 'x'.repeat(28_000) } });
  const said = { model: 'a/echo', class: 'server_error', message: '語'.repeat(200), status: 500 };
  const full = { ...plan, attempts: Array.from({ length: 4 }, () => said) };
  const next = afterFailure(aTravel({ plan: full }), said);
  expect(next?.stop).toBe('provider.b');
  expect(next?.travel.plan.attempts).toEqual(
    Array.from({ length: 5 }, () => ({ model: 'a/echo', class: 'server_error', status: 500 })),
  );
  const short = afterFailure(aTravel({ plan }), said);
  expect(short?.travel.plan.attempts).toEqual([said]);
});
