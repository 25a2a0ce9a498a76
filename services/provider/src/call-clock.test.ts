import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CallClock } from './call-clock.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const limits = {
  connect: { ms: 1, setBy: 'connect' },
  firstToken: { ms: 100, setBy: 'FIRST' },
  idle: { ms: 50, setBy: 'IDLE' },
  total: { ms: 1000, setBy: 'TOTAL' },
};

function clockOf({ stream = true, outer = new AbortController().signal } = {}): CallClock {
  return new CallClock(limits, outer, stream);
}

const reason = (clock: CallClock): unknown => clock.signal.reason;

describe('a clock ends a call', () => {
  test('whose stream does not begin, whatever its connection says meanwhile', () => {
    const clock = clockOf();
    for (let turn = 0; turn < 9; turn += 1) {
      clock.waiting();
      vi.advanceTimersByTime(11);
      clock.served(); // comments, which are no events
    }
    expect(clock.signal.aborted).toBe(false);
    vi.advanceTimersByTime(1);
    expect(reason(clock)).toMatchObject({
      class: 'timeout',
      message: 'the model began no stream within 100 ms (FIRST)',
      passing: false,
    });
  });

  test('whose stream falls silent', () => {
    const clock = clockOf();
    clock.began();
    for (let turn = 0; turn < 5; turn += 1) {
      clock.waiting();
      vi.advanceTimersByTime(49);
      clock.served();
    }
    clock.waiting();
    vi.advanceTimersByTime(49);
    expect(clock.signal.aborted).toBe(false);
    vi.advanceTimersByTime(1);
    expect(reason(clock)).toMatchObject({ class: 'timeout', message: 'the model said no more within 50 ms (IDLE)' });
  });

  test('that takes too long as a whole, however steadily it drips', () => {
    const clock = clockOf();
    clock.began();
    for (let ms = 0; ms < 1000; ms += 10) {
      expect(clock.signal.aborted).toBe(false);
      clock.waiting();
      vi.advanceTimersByTime(10);
      clock.served();
    }
    expect(reason(clock)).toMatchObject({ class: 'timeout', message: 'the model was not done within 1000 ms (TOTAL)' });
  });

  test('with the reason of the signal around it', () => {
    const outer = new AbortController();
    const why = new Error('cancelled');
    const clock = clockOf({ outer: outer.signal });
    outer.abort(why);
    expect(reason(clock)).toBe(why);
    expect(reason(clockOf({ outer: outer.signal }))).toBe(why);
  });
});

test('silence does not count while we do not read: a reader without room is no fault of the model', () => {
  const clock = clockOf();
  clock.began();
  clock.waiting();
  vi.advanceTimersByTime(10);
  clock.served();
  vi.advanceTimersByTime(800);
  clock.waiting();
  vi.advanceTimersByTime(49);
  expect(clock.signal.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect(clock.signal.aborted).toBe(true);
});

test('a whole answer has the time of the whole call', () => {
  const clock = clockOf({ stream: false });
  vi.advanceTimersByTime(999);
  expect(clock.signal.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect(clock.signal.aborted).toBe(true);
});

test('a clock that is stopped ends nothing any more, and leaves no timer behind', () => {
  const outer = new AbortController();
  const clock = clockOf({ outer: outer.signal });
  clock.began();
  clock.waiting();
  clock.stop();
  expect(vi.getTimerCount()).toBe(0);
  outer.abort(new Error('late'));
  vi.advanceTimersByTime(10_000);
  expect(clock.signal.aborted).toBe(false);
});

test('a limit of more than a timer can hold is none that passes at once', () => {
  const clock = new CallClock(
    { ...limits, total: { ms: 2 ** 40, setBy: 'TOTAL' } },
    new AbortController().signal,
    false,
  );
  vi.advanceTimersByTime(100_000);
  expect(clock.signal.aborted).toBe(false);
});
