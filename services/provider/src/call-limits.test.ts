import { minuteOf, type Attempt, type Plan, type PlanLimits } from '@router-mesh/contracts';
import { expect, test } from 'vitest';
import { CallLimits } from './call-limits.ts';

type House = ConstructorParameters<typeof CallLimits>[0];
type Passage = Parameters<CallLimits['used']>[0];

const acme = { tenant: 'acme', scope: 'all' };
const counted = (minute: number) => `router.v2.rate.tokens.all.${minute}.acme`;

/** The limits of an instance, and what it has added to counters. */
function limitsOf(): { limits: CallLimits; added: (readonly [string, number])[] } {
  const added: (readonly [string, number])[] = [];
  const tallies = {
    addSoon: (subject: string, amount: number) => void added.push([subject, amount]),
    mirror: () => ({ restart: () => undefined }),
    gauge: () => undefined,
  };
  return { limits: new CallLimits({ tallies, instance: 'i' } as unknown as House), added };
}

function passageOf(limits: PlanLimits | undefined, attempts: readonly Attempt[] = []): Passage {
  const plan: Plan = {
    at: 1,
    verb: 'chat',
    stream: false,
    policy: 'p',
    route: 'r',
    candidates: [{ vendor: 'v', model: 'm' }],
    attempts: [...attempts],
    needs: [],
    ...(limits === undefined ? {} : { limits }),
  };
  return { plan, member: 'v' } as unknown as Passage;
}

const used = (input_tokens: number, output_tokens: number) => ({ input_tokens, output_tokens, estimated: false });

test('what a call used takes the place of what was charged for it', () => {
  const { limits, added } = limitsOf();
  const minute = minuteOf(Date.now());
  limits.used(passageOf({ minute, tokens: 500, charged: [acme] }), used(20, 30));
  expect(added).toEqual([[counted(minute), -450]]);
});

test('the charge is taken back once, by the first call: every other one counts in full', () => {
  const { limits, added } = limitsOf();
  const minute = minuteOf(Date.now());
  const told = { minute, tokens: 500, charged: [acme] };
  const passage = passageOf(told);
  limits.used(passage, used(0, 0));
  limits.used(passage, used(20, 30));
  limits.used(passageOf(told, [{ model: 'w/m', class: 'server_error' }]), used(1, 2));
  limits.used(passageOf(told, [{ model: 'w/m', class: 'not_running' }]), used(1, 2));
  expect(added.map(([, amount]) => amount)).toEqual([-500, 50, 3, -497]);
});

test('a full bulkhead and a missing key are no calls; an upstream that answered is one, whatever it said', () => {
  const { limits, added } = limitsOf();
  const told = { minute: minuteOf(Date.now()), tokens: 500, charged: [acme] };
  const after = (...attempts: Attempt[]): number | undefined => {
    limits.used(passageOf(told, attempts), used(1, 2));
    return added.at(-1)?.[1];
  };
  expect(after({ model: 'w/m', class: 'overloaded' }, { model: 'x/m', class: 'auth' })).toBe(-497);
  expect(after({ model: 'w/m', class: 'overloaded', status: 503 })).toBe(3);
  expect(after({ model: 'w/m', class: 'auth', status: 401 })).toBe(3);
  expect(after({ model: 'w/m', class: 'timeout' })).toBe(3);
});

test('a request that ends without any call gets its charge back, once; one that was called has had it', () => {
  const { limits, added } = limitsOf();
  const told = { minute: minuteOf(Date.now()), tokens: 500, charged: [acme] };
  const never = passageOf(told, [{ model: 'w/m', class: 'circuit_open' }]);
  limits.ended(never);
  limits.ended(never);
  const called = passageOf(told);
  limits.used(called, used(20, 30));
  limits.ended(called);
  limits.ended(passageOf(told, [{ model: 'w/m', class: 'server_error', status: 500 }])); // called elsewhere
  expect(added.map(([, amount]) => amount)).toEqual([-500, -450]);
});

test('what was charged too much in a minute that is over is not given back; what was charged too little counts now', () => {
  const { limits, added } = limitsOf();
  const minute = minuteOf(Date.now());
  limits.used(passageOf({ minute: minute - 3, tokens: 500, charged: [acme] }), used(20, 30));
  limits.used(passageOf({ minute: minute - 3, tokens: 10, charged: [acme] }), used(20, 30));
  expect(added).toEqual([[counted(minute), 40]]);
});

test('without limits nothing is counted, and nothing told', () => {
  const { limits, added } = limitsOf();
  limits.used(passageOf(undefined), used(1, 2));
  expect([added, limits.report(passageOf(undefined))]).toEqual([[], undefined]);
});
