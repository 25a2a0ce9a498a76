import { expect, test } from 'vitest';
import { Bulkhead } from './bulkhead.ts';

test('as many calls as allowed are made at once, and a further one is refused', () => {
  const bulkhead = new Bulkhead();
  const both = [bulkhead.enter(2), bulkhead.enter(2)];
  expect(() => bulkhead.enter(2)).toThrow(
    expect.objectContaining({
      class: 'overloaded',
      message: 'not called, for 2 calls are under way here (max_in_flight)',
      passing: true,
    }),
  );
  for (const places of both) places?.giveBack();
  for (let turn = 0; turn < 5; turn += 1) bulkhead.enter(2)?.giveBack();
});

test('the number that the document has now holds, and none is none', () => {
  const bulkhead = new Bulkhead();
  const first = bulkhead.enter(1);
  const later = [bulkhead.enter(3), bulkhead.enter(3)];
  first?.giveBack(); // under the former number
  later.push(bulkhead.enter(3));
  expect(() => bulkhead.enter(3)).toThrow('not called, for 3 calls are under way here');
  for (let call = 0; call < 100; call += 1) expect(bulkhead.enter(undefined)).toBeUndefined();
});
