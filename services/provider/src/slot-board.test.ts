import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SlotBoard, slotKey } from './slot-board.ts';

const acme = { tenant: 'acme', scope: 'all' };
const key = (slot: string, limit = acme) => slotKey(limit, slot);

describe('a board', () => {
  test('counts the slots of a limit by who came first, and those of other limits apart', () => {
    const board = new SlotBoard();
    board.put(key('a'), { deadline: 9000 }, 3);
    board.put(key('b'), { deadline: 9000 }, 5);
    board.put(key('c', { tenant: 'acme.web', scope: 'all' }), { deadline: 9000 }, 4);
    board.put(key('d', { tenant: 'acme', scope: 'm-0123456789abcdef' }), { deadline: 9000 }, 4);
    expect([board.rank(acme, 3, 0), board.rank(acme, 5, 0), board.held(acme, 0)]).toEqual([1, 2, 2]);
    board.removed(key('a'));
    expect([board.rank(acme, 5, 0), board.held(acme, 0)]).toEqual([1, 1]);
    board.removed(key('a'));
    board.began();
    expect(board.held(acme, 0)).toBe(0);
  });

  test('forgets a slot a second after its deadline, whether it is told of it or not', () => {
    const board = new SlotBoard();
    board.put(key('a'), { deadline: 9000 }, 3);
    expect([board.held(acme, 9999), board.held(acme, 10_000)]).toEqual([1, 0]);
  });

  test('says when a slot has been seen, before or after it is asked, and that it was not in time', async () => {
    const board = new SlotBoard();
    board.put(key('a'), { deadline: 9000 }, 3);
    expect(await board.seen(key('a'), 3, 1000)).toBe(true);
    const later = board.seen(key('b'), 4, 1000);
    board.put(key('b'), { deadline: 9000 }, 4);
    expect(await later).toBe(true);
    expect(await board.seen(key('c'), 5, 1)).toBe(false);
    // One of another bucket, which had the same place there, is not it.
    expect(await board.seen(key('a'), 4, 1)).toBe(false);
  });
});

test('however far instances lag behind, those who are let in and have not left are never more than the limit', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('ask' as const), instance: fc.nat(2) }),
    fc.record({ kind: fc.constant('hear' as const), instance: fc.nat(2), messages: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ kind: fc.constant('leave' as const), which: fc.nat(30) }),
  );
  const property = fc.property(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 300 }), (limit, steps) => {
    /** The bucket: what was written, in its order. */
    const log: { readonly slot: string; readonly put: boolean }[] = [];
    const instances = [0, 1, 2].map(() => ({ board: new SlotBoard(), heard: 0, asking: [] as string[] }));
    const running = new Set<string>();
    const write = (slot: string, put: boolean): void => void log.push({ slot, put });
    for (const [index, one] of steps.entries()) {
      if (one.kind === 'ask') {
        const slot = `s${index}`;
        write(slot, true);
        instances[one.instance]?.asking.push(slot);
      } else if (one.kind === 'leave') {
        const slot = [...running][one.which % Math.max(1, running.size)];
        if (slot === undefined) continue;
        running.delete(slot);
        write(slot, false);
      } else {
        const instance = instances[one.instance];
        for (let n = 0; instance !== undefined && n < one.messages && instance.heard < log.length; n += 1) {
          const { slot, put } = log[instance.heard] ?? { slot: '', put: false };
          instance.heard += 1;
          const revision = instance.heard;
          if (!put) instance.board.removed(key(slot));
          else instance.board.put(key(slot), { deadline: 9000 }, revision);
          if (!put || !instance.asking.includes(slot)) continue;
          // What an instance does once it has seen its own slot.
          if (instance.board.rank(acme, revision, 0) <= limit) running.add(slot);
          else write(slot, false);
          expect(running.size).toBeLessThanOrEqual(limit);
        }
      }
    }
  });
  fc.assert(property, { numRuns: 500 });
});
