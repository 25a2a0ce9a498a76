import { expect, test } from 'vitest';
import { Floor } from './seat.ts';

const candidate = (model: string) => ({ vendor: 'v', model });

function aFloor(): { floor: Floor; accepted: string[]; end: AbortController } {
  const [accepted, end]: [string[], AbortController] = [[], new AbortController()];
  return { floor: new Floor({ signal: end.signal, accept: ({ model }) => void accepted.push(model) }), accepted, end };
}

test('the first is accepted when it goes out, another one only when it speaks', () => {
  const { floor, accepted } = aFloor();
  const [first, second] = [floor.seat(candidate('a')), floor.seat(candidate('b'))];
  first.begin();
  second.begin();
  expect(accepted).toEqual(['a']);
  second.take();
  second.take();
  expect(accepted).toEqual(['a', 'b']);
});

test('who takes the floor keeps it: the other is aborted in the same moment, and may not take it', () => {
  const { floor } = aFloor();
  const [first, second] = [floor.seat(candidate('a')), floor.seat(candidate('b'))];
  expect(floor.isTaken).toBe(false);
  first.take();
  expect([first.speaks, second.speaks, floor.isTaken]).toEqual([true, false, true]);
  expect([first.signal.aborted, second.signal.aborted]).toEqual([false, true]);
  expect(second.signal.reason).toMatchObject({ code: 'cancelled', details: { reason: 'superseded' } });
  expect(() => second.take()).toThrow('another call of the request was quicker');
  expect(first.speaks).toBe(true);
});

test('the end of the request ends both, with its reason', () => {
  const { floor, end } = aFloor();
  const [first, second] = [floor.seat(candidate('a')), floor.seat(candidate('b'))];
  end.abort(new Error('over'));
  expect([first.signal.reason, second.signal.reason]).toEqual([new Error('over'), new Error('over')]);
});
