import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Beats, type Beating } from './beats.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] }));
afterEach(() => void vi.useRealTimers());

/** Something that notes when it beats, ms from the start. */
function beating(): Beating & { readonly at: number[] } {
  const start = performance.now();
  const at: number[] = [];
  return { at, beat: () => void at.push(performance.now() - start) };
}

test('who is silent beats after half a second, and every two seconds from there', () => {
  const beats = new Beats();
  const one = beating();
  beats.follow(one);
  vi.advanceTimersByTime(4700);
  expect(one.at).toEqual([500, 2500, 4500]);
});

test('who has sent a frame beats every two seconds from it', () => {
  const beats = new Beats();
  const one = beating();
  beats.follow(one);
  vi.advanceTimersByTime(100);
  beats.spoke(one);
  vi.advanceTimersByTime(4200);
  expect(one.at).toEqual([2100, 4100]);
});

test('who has left beats no more, and who was never followed cannot speak', () => {
  const beats = new Beats();
  const [one, two] = [beating(), beating()];
  beats.follow(one);
  beats.spoke(two);
  vi.advanceTimersByTime(700);
  beats.leave(one);
  beats.leave(one);
  beats.spoke(one);
  vi.advanceTimersByTime(10_000);
  expect([one.at, two.at, beats.size]).toEqual([[500], [], 0]);
});

test('a beat may end passages, its own and others', () => {
  const beats = new Beats();
  const one = beating();
  const ending: Beating = {
    beat: () => {
      beats.leave(ending);
      beats.leave(one);
    },
  };
  beats.follow(ending);
  beats.follow(one);
  vi.advanceTimersByTime(3000);
  expect([one.at, beats.size]).toEqual([[], 0]);
});

test('one clock for all, and none when there is nobody to beat', () => {
  const beats = new Beats();
  expect(vi.getTimerCount()).toBe(0);
  const all = Array.from({ length: 1000 }, beating);
  for (const one of all) beats.follow(one);
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(600);
  expect(all.every(({ at }) => at.length === 1)).toBe(true);
  for (const one of all) beats.leave(one);
  vi.advanceTimersByTime(100);
  expect(vi.getTimerCount()).toBe(0);
  beats.follow(beating());
  expect(vi.getTimerCount()).toBe(1);
});

test('a process that was stopped for a while beats once for all that it missed', () => {
  const beats = new Beats();
  const one = beating();
  beats.follow(one);
  beats.spoke(one);
  // Time goes on and no timer fires.
  vi.spyOn(performance, 'now').mockImplementation(() => 60_000);
  vi.advanceTimersByTime(1900);
  expect(one.at).toHaveLength(1);
  vi.restoreAllMocks();
});
