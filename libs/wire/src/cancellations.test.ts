import { expect, test } from 'vitest';
import { Cancellations, type Running } from './cancellations.ts';

const at = 1_000_000;

/** A request whose cancel does as told. */
function running(tenant: string, request: string, cancel: () => void): Running {
  return { tenant, request, cancel };
}

test.each([
  ['the same tenant', 'acme', 'acme', true],
  ['a tenant above', 'acme.web.chat', 'acme', true],
  ['a tenant below', 'acme', 'acme.web', false],
  ['another tenant', 'acme', 'other', false],
  ['a tenant whose name only begins alike', 'acmeweb', 'acme', false],
])('a cancel by %s (%s by %s): %s, whether it comes before or after the request', (_, of, by, cancelled) => {
  const before = new Cancellations();
  before.cancel(by, 'r1', at);
  expect(before.has(of, 'r1', at)).toBe(cancelled);
  expect(before.has(of, 'r2', at)).toBe(false);

  const after = new Cancellations();
  let told = 0;
  after.run(running(of, 'r1', () => (told += 1)));
  after.cancel(by, 'r1', at);
  after.cancel(by, 'r2', at);
  expect(told).toBe(cancelled ? 1 : 0);
});

test('a cancel is remembered for 60 s, and for 60 s more when it is said again', () => {
  const cancellations = new Cancellations();
  cancellations.cancel('acme', 'r1', at);
  expect(cancellations.has('acme', 'r1', at + 59_999)).toBe(true);
  expect(cancellations.has('acme', 'r1', at + 60_000)).toBe(false);
  cancellations.cancel('acme', 'r2', at);
  cancellations.cancel('acme', 'r3', at + 1);
  cancellations.cancel('acme', 'r2', at + 30_000);
  expect(cancellations.has('acme', 'r2', at + 80_000)).toBe(true);
  expect(cancellations.has('acme', 'r3', at + 80_000)).toBe(false);
});

test('at most 100 000 are remembered, the latest', () => {
  const cancellations = new Cancellations();
  for (let n = 0; n < 100_010; n += 1) cancellations.cancel('acme', `r${n}`, at);
  expect(cancellations.remembered).toBe(100_000);
  expect(cancellations.has('acme', 'r9', at)).toBe(false);
  expect(cancellations.has('acme', 'r10', at)).toBe(true);
  expect(cancellations.has('acme', 'r100009', at)).toBe(true);
});

test('an id that no request can have is not remembered: anybody may send a megabyte of it', () => {
  const cancellations = new Cancellations();
  cancellations.cancel('acme', 'x'.repeat(1_000_000), at);
  expect(cancellations.remembered).toBe(0);
});

test('what is over is not told, and two requests of one id are both', () => {
  const cancellations = new Cancellations();
  const told: string[] = [];
  const [first, second, third] = ['acme', 'acme', 'acme.web'].map((tenant, index) =>
    running(tenant, 'r1', () => told.push(['first', 'second', 'third'][index] ?? '')),
  ) as [Running, Running, Running];
  cancellations.run(first);
  cancellations.run(second);
  cancellations.leave(first);
  cancellations.leave(first);
  cancellations.cancel('acme', 'r1', at);
  cancellations.leave(second);
  cancellations.run(third);
  cancellations.cancel('acme', 'r1', at);
  expect(told).toEqual(['second', 'third']);
});

test('a request that ends itself when it is told does not keep the others from hearing', () => {
  const cancellations = new Cancellations();
  const told: string[] = [];
  const first = running('acme', 'r1', () => {
    told.push('first');
    cancellations.leave(first);
  });
  cancellations.run(first);
  cancellations.run(running('acme', 'r1', () => told.push('second')));
  cancellations.cancel('acme', 'r1', at);
  expect(told).toEqual(['first', 'second']);
});
