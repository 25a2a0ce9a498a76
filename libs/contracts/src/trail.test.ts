import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatTrailEntry, parseTrail, type TrailEntry } from './trail.ts';

const tenths = fc.nat(1_000_000).map((n) => n / 10);
const entry: fc.Arbitrary<TrailEntry> = fc.record({
  stop: fc.stringMatching(/^[a-z0-9_-]{1,20}(\.[a-z0-9_-]{1,20})?$/),
  instance: fc.stringMatching(/^[A-Za-z0-9_-]{1,22}$/),
  received: fc.nat(4_000_000_000_000),
  waited_ms: tenths,
  worked_ms: tenths,
  code: fc.constantFrom('ok', 'timeout', 'deadline_exceeded'),
});

test('a trail is read as it was written', () => {
  fc.assert(
    fc.property(fc.array(entry, { minLength: 1 }), (entries) => {
      expect(parseTrail(entries.map(formatTrailEntry).join(','))).toEqual(entries);
    }),
  );
});

test('as it stands in the header', () => {
  expect(
    formatTrailEntry({
      stop: 'policy',
      instance: 'k3',
      received: 1_790_000_000_000,
      waited_ms: 0.26,
      worked_ms: 1.04,
      code: 'ok',
    }),
  ).toBe('policy@k3;1790000000000;0.3;1;ok');
});

test('a clock that lags behind another does not cost the entry', () => {
  const written = formatTrailEntry({
    stop: 'policy',
    instance: 'k3',
    received: 5.7,
    waited_ms: -3,
    worked_ms: 1,
    code: 'ok',
  });
  expect(parseTrail(written)).toEqual([
    { stop: 'policy', instance: 'k3', received: 6, waited_ms: 0, worked_ms: 1, code: 'ok' },
  ]);
});

test('what is not of the form is left out, the rest stays', () => {
  expect(parseTrail('')).toEqual([]);
  expect(parseTrail('nonsense,policy@k3;5;0;1;ok,cost@;x;0;1;ok').map(({ stop }) => stop)).toEqual(['policy']);
});
