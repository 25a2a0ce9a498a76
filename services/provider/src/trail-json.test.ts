import { formatTrailEntry, parseTrail } from '@router-mesh/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { trailJson } from './trail-json.ts';

test('what stops write is told as they wrote it', () => {
  const token = fc.stringMatching(/^[a-z0-9_-]{1,12}$/);
  const ms = fc.nat(10_000_000).map((tenths) => tenths / 10);
  const entry = fc.record({
    stop: fc.oneof(
      token,
      fc.tuple(token, token).map((parts) => parts.join('.')),
    ),
    instance: token,
    received: fc.integer({ min: 1, max: 4_000_000_000_000 }),
    waited_ms: ms,
    worked_ms: ms,
    code: fc.constantFrom('ok', 'timeout', 'deadline_exceeded'),
  });
  const law = fc.property(fc.array(entry, { minLength: 1 }), (entries) => {
    expect(JSON.parse(trailJson(entries.map(formatTrailEntry).join(',')))).toEqual(entries);
  });
  fc.assert(law);
});

test.each([
  '',
  'policy@a;1;0;0;ok,',
  ',policy@a;1;0;0;ok',
  'policy@a;1;0;0;ok,,policy@b;1;0;0;ok',
  'policy@a;01;0;0;ok',
  'policy@a;1;00.5;.5;ok',
  'policy@a;1;1.;1.2.3;ok',
  'policy@a;99999999999999999999;0;0;ok',
  'po"licy@a\\;1;0;0;ok',
  'policy@a;1;0;0;ok;2',
  'policy@@;1;0;0;ok',
  'no trail',
])('whatever stands in a header is told as it is read: %j', (trail) => {
  expect(JSON.parse(trailJson(trail))).toEqual(JSON.parse(JSON.stringify(parseTrail(trail))));
});

test('any edit of a trail is told as it is read', () => {
  const trail = 'policy@dd6cbec186;1795403559039;0;0.3;ok,provider.demo@7224a67ad4;1795403559041;2;106.9;ok';
  const law = fc.property(
    fc.nat(trail.length),
    fc.nat(3),
    fc.string({ unit: fc.constantFrom(...'@;,.0 1"\\é-'), maxLength: 3 }),
    (from, length, put) => {
      const edited = trail.slice(0, from) + put + trail.slice(from + length);
      expect(JSON.parse(trailJson(edited))).toEqual(JSON.parse(JSON.stringify(parseTrail(edited))));
    },
  );
  fc.assert(law, { numRuns: 1000 });
});
