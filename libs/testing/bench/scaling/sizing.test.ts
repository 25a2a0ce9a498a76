import { expect, test } from 'vitest';
import { assumptions, sizeFor, type Measured } from './sizing.ts';

const measured: Measured = { policyUs: 50, providerUs: 150, natsUs: 200, acksPerSecond: 10_000 };

test('a small deployment has two replicas of each stop and three servers, whatever they would take', () => {
  expect(sizeFor(10, measured)).toMatchObject({ policies: 2, providers: 2, natsNodes: 3, meterStreams: 1 });
});

test('replicas grow with the rate and with what a request costs, each at its share of a core', () => {
  const sized = sizeFor(100_000, measured);
  expect(sized.policies).toBe(Math.ceil((100_000 * 50) / 1e6 / assumptions.fill));
  expect(sized.providers).toBe(Math.ceil((100_000 * 150) / 1e6 / assumptions.fill));
  expect(sized.cores).toBeCloseTo(40);
  expect(sized.natsNodes).toBe(5);
});

test('a stream takes a share of what it was seen to take; what is left over goes to more streams', () => {
  expect(sizeFor(6000, measured).meterStreams).toBe(1);
  expect(sizeFor(6001, measured).meterStreams).toBe(2);
  expect(sizeFor(60_000, measured, { ...assumptions, acksARequest: 0.1 }).meterStreams).toBe(1);
});

test('what is under way is the rate times how long a model takes', () => {
  expect(sizeFor(1000, measured).inFlight).toBe(1000 * assumptions.modelSeconds);
});
