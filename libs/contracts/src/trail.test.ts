import fc from 'fast-check';
import { expect, test } from 'vitest';
import { endOfTrail, formatTrailEntry, parseTrail, type TrailEntry } from './trail.ts';

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

test('a text is read as the pattern of an entry reads it, whatever marks it lacks or has too many of', () => {
  const pattern = /^([^@;]+)@([^;]*);(\d+);(\d+\.?\d*|\.\d+);(\d+\.?\d*|\.\d+);([^;]+)$/;
  const byPattern = (text: string): TrailEntry[] =>
    text.split(',').flatMap((part) => {
      const [, stop = '', instance = '', received, waited, worked, code = ''] = pattern.exec(part) ?? [];
      if (received === undefined) return [];
      const times = { received: Number(received), waited_ms: Number(waited), worked_ms: Number(worked) };
      return [{ stop, instance, ...times, code }];
    });
  const broken = fc.array(fc.constantFrom('policy', 'k3', '5', '0.4', '', '@', ';', ';', ';', ',', 'x'), {
    maxLength: 24,
  });
  const nearly = fc.tuple(entry, fc.nat(60), fc.constantFrom('', '@', ';', ',')).map(([whole, place, mark]) => {
    const text = formatTrailEntry(whole);
    return text.slice(0, place) + mark + text.slice(place + 1);
  });
  fc.assert(
    fc.property(
      fc.oneof(
        broken.map((parts) => parts.join('')),
        nearly,
      ),
      entry,
      (text, good) => {
        const trail = `${text},${formatTrailEntry(good)}`;
        expect(parseTrail(trail)).toEqual(byPattern(trail));
        expect(parseTrail(text)).toEqual(byPattern(text));
      },
    ),
    { numRuns: 2000 },
  );
});

test('where a trail ends is where its last entry does', () => {
  expect(endOfTrail('')).toBeUndefined();
  expect(endOfTrail('policy@k3;5;0;1;ok,nonsense')).toBeUndefined();
  fc.assert(
    fc.property(fc.array(entry, { minLength: 1 }), (entries) => {
      const last = entries.at(-1);
      expect(endOfTrail(entries.map(formatTrailEntry).join(','))).toBe((last?.received ?? 0) + (last?.worked_ms ?? 0));
    }),
  );
});
