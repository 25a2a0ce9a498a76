import { header, maxPlanBytes, verbs, type Plan } from '@router-mesh/contracts';
import { aPlan, aTravel } from '@router-mesh/testing';
import { headers, MsgHdrsImpl } from '@nats-io/nats-core/internal';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeTravel, encodeTravel, type Travel } from './passage-headers.ts';

/** Over the wire and back. */
function carried(travel: Travel): Travel {
  return decodeTravel(MsgHdrsImpl.decode((encodeTravel(travel) as MsgHdrsImpl).encode()));
}

const token = fc.stringMatching(/^[a-z0-9_-]{1,20}$/);
const text = fc.string({ unit: 'grapheme', maxLength: 40 });
const printable = fc.stringMatching(/^[!-~]([ -~]{0,30}[!-~])?$/);

const planArbitrary: fc.Arbitrary<Plan> = fc.record(
  {
    at: fc.nat(),
    verb: fc.constantFrom(...verbs),
    stream: fc.boolean(),
    policy: token,
    route: token,
    candidates: fc.array(fc.record({ vendor: token, model: text }), { maxLength: 4 }),
    attempts: fc.array(fc.record({ model: text, class: fc.constantFrom('timeout', 'auth'), message: text }), {
      maxLength: 3,
    }),
    needs: fc.array(token, { maxLength: 2 }),
    // A tag named __proto__ cannot get in: schemas leave it out at the entry already.
    tags: fc.dictionary(text, text, { maxKeys: 4, noNullPrototype: true }).map(({ ['__proto__']: _, ...tags }) => tags),
    session: text,
  },
  {
    requiredKeys: ['at', 'verb', 'stream', 'policy', 'route', 'candidates', 'attempts', 'needs'],
    noNullPrototype: true,
  } as never,
);

const travelArbitrary: fc.Arbitrary<Travel> = fc.record({
  request: token,
  tenant: fc.array(token, { minLength: 1, maxLength: 4 }).map((levels) => levels.join('.')),
  reply: fc.oneof(token, fc.stringMatching(/^[äß漢]{1,12}$/)).map((inbox) => `_INBOX.${inbox}`),
  deadline: fc.nat(),
  attempt: fc.integer({ min: 1, max: 9 }),
  frames: fc.boolean(),
  credit: fc.option(fc.integer({ min: 1, max: 100_000 }), { nil: undefined }),
  leg: fc.nat({ max: 9 }),
  trail: fc.oneof(fc.constant(''), printable),
  itinerary: fc.array(
    token.map((stop) => `${stop}?`),
    { maxLength: 4 },
  ),
  plan: planArbitrary,
  traceparent: fc.option(printable, { nil: undefined }),
  tracestate: fc.option(printable, { nil: undefined }),
});

test('what travels arrives as it was, tags and return address in any script included', () => {
  fc.assert(
    fc.property(travelArbitrary, (travel) => void expect(carried(travel)).toEqual(travel)),
    { numRuns: 500 },
  );
});

test('headers are ASCII, and those that say nothing are left out', () => {
  const encoded = encodeTravel(aTravel({ plan: aPlan({ tags: { größe: '🚀' } }) })) as MsgHdrsImpl;
  expect(encoded.toString()).toMatch(/^[\x20-\x7e\r\n]*$/);
  for (const name of [header.attempt, header.frames, header.leg, header.traceparent])
    expect(encoded.has(name)).toBe(false);
});

test('a plan over 32 KiB is `too_large`', () => {
  const plan = aPlan({ session: 's'.repeat(maxPlanBytes) });
  expect(() => encodeTravel(aTravel({ plan }))).toThrow(expect.objectContaining({ code: 'too_large' }));
  const escaped = aPlan({ session: 'ä'.repeat(maxPlanBytes / 6) });
  expect(() => encodeTravel(aTravel({ plan: escaped }))).toThrow(expect.objectContaining({ code: 'too_large' }));
});

test('other headers do not travel on, those of NATS itself above all', () => {
  const encoded = encodeTravel(aTravel());
  encoded.set('Nats-Rollup', 'all');
  encoded.set('Nats-Trace-Dest', 'here');
  encoded.set('X-Any', '1');
  const names = [...encodeTravel(decodeTravel(encoded))].map(([name]) => name);
  expect(names.filter((name) => !Object.values<string>(header).includes(name))).toEqual([]);
});

const secret = '{"prompt":"secret"';

test.each([
  ['no deadline', header.deadline, undefined],
  ['a deadline that is no number', header.deadline, 'soon'],
  ['a negative deadline', header.deadline, '-1'],
  ['a leg that is no number', header.leg, 'NaN'],
  ['an attempt that is no number', header.attempt, '1.5'],
  ['no request', header.request, undefined],
  ['no tenant', header.tenant, undefined],
  ['a tenant that is no path', header.tenant, 'acme web'],
  ['a tenant that fits no subject', header.tenant, 'x'.repeat(9000)],
  ['no reply', header.reply, undefined],
  ['no plan', header.plan, undefined],
  ['a plan that is not JSON', header.plan, secret],
  ['a plan of another form', header.plan, '{"at":1}'],
])('%s is `internal` and names the header, and nothing of what stands in it', (_, name, value) => {
  const encoded = encodeTravel(aTravel());
  encoded.delete(name);
  if (value !== undefined) encoded.set(name, value);
  const decode = (): unknown => {
    try {
      return decodeTravel(encoded);
    } catch (error) {
      return error;
    }
  };
  expect(decode()).toMatchObject({ code: 'internal', message: expect.stringContaining(name) });
  expect(String((decode() as Error).cause)).not.toContain('secret');
});

test('no headers at all are `internal`', () => {
  expect(() => decodeTravel(undefined)).toThrow(expect.objectContaining({ code: 'internal' }));
  expect(() => decodeTravel(headers())).toThrow(expect.objectContaining({ code: 'internal' }));
});
