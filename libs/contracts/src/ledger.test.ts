import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Ledger } from './ledger.ts';

interface End {
  readonly call: string;
  readonly swept?: boolean;
  readonly n: number;
}

const real = (call: string, n: number): End => ({ call, n });
const swept = (call: string, n: number): End => ({ call, n, swept: true });

test.each<[string, readonly End[], readonly End[]]>([
  ['a real end replaces a swept one', [swept('a', 1), real('a', 2)], [real('a', 2)]],
  ['a swept end never replaces a real one', [real('a', 1), swept('a', 2)], [real('a', 1)]],
  ['of two real ends the first counts', [real('a', 1), real('a', 2)], [real('a', 1)]],
  ['of two swept ends the first counts', [swept('a', 1), swept('a', 2)], [swept('a', 1)]],
])('%s', (_claim, ends, expected) => {
  const ledger = new Ledger<{ call: string }, End>();
  for (const end of ends) ledger.finished(end);
  expect(ledger.ended).toEqual(expected);
});

test('a call is open from its start to its end, also when the end was read first', () => {
  const ledger = new Ledger<{ call: string }, End>();
  ledger.started({ call: 'a' });
  ledger.finished(real('b', 1));
  ledger.started({ call: 'b' });
  expect(ledger.open).toEqual([{ call: 'a' }]);
  ledger.finished(swept('a', 1));
  expect(ledger.open).toEqual([]);
});

const record = fc.record({
  kind: fc.constantFrom('started', 'finished'),
  call: fc.constantFrom('a', 'b', 'c'),
  swept: fc.boolean(),
});

test('whatever the order: a call has ended once, really if any end was real, or it is open, or it was never heard of', () => {
  fc.assert(
    fc.property(fc.array(record, { maxLength: 30 }), (records) => {
      const ledger = new Ledger<{ call: string }, { call: string; swept: boolean }>();
      for (const { kind, call, swept: isSwept } of records) {
        if (kind === 'started') ledger.started({ call });
        else ledger.finished({ call, swept: isSwept });
      }
      for (const call of ['a', 'b', 'c']) {
        const [started, ends] = [
          records.some((r) => r.kind === 'started' && r.call === call),
          records.filter((r) => r.kind === 'finished' && r.call === call),
        ];
        const kept = ledger.ended.filter((end) => end.call === call);
        expect(kept.map((end) => end.swept)).toEqual(ends.length === 0 ? [] : [ends.every((end) => end.swept)]);
        expect(ledger.open.some((start) => start.call === call)).toBe(started && ends.length === 0);
      }
    }),
  );
});
