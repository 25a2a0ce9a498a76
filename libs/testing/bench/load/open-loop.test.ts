// The open loop on a clock of its own: time passes only where somebody waits.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { repeat } from './closed-loop.ts';
import { Unanswered, type Once } from './once.ts';
import { offer, type Pace } from './open-loop.ts';
import { Recorder } from './recorder.ts';
import { poissonSchedule } from './schedule.ts';

/** A clock that goes to the next moment that somebody waits for, once nobody has anything else to do. */
class VirtualPace implements Pace {
  #now = 0;
  readonly #waiting: { readonly at: number; readonly wake: () => void }[] = [];
  #going = false;

  nowMs(): number {
    return this.#now;
  }

  async until(dueMs: number): Promise<void> {
    await new Promise<void>((wake) => {
      this.#waiting.push({ at: dueMs, wake });
      if (!this.#going) this.#go();
    });
  }

  #go(): void {
    this.#going = true;
    setImmediate(() => {
      this.#waiting.sort((one, other) => one.at - other.at);
      const next = this.#waiting.shift();
      this.#going = false;
      if (next === undefined) return;
      this.#now = Math.max(this.#now, next.at);
      next.wake();
      if (this.#waiting.length > 0) this.#go();
    });
  }
}

/** Answers after a millisecond, but for one stall: whoever asks during it waits for its end. */
const stalling =
  (pace: Pace, stall: { readonly fromMs: number; readonly toMs: number }): Once =>
  async () => {
    const now = pace.nowMs();
    await pace.until((now >= stall.fromMs && now < stall.toMs ? stall.toMs : now) + 1);
  };

const everyTen = Float64Array.from({ length: 100 }, (_, index) => (index + 1) * 10);

test('a server that stalls for a fifth of the time shows in the latencies of all who would have asked meanwhile', async () => {
  const pace = new VirtualPace();
  const recorder = new Recorder();
  const report = await offer(stalling(pace, { fromMs: 400, toMs: 600 }), everyTen, pace, recorder);
  expect(report).toEqual({ sent: 100, late: 0, unanswered: 0 });
  expect(recorder).toMatchObject({ count: 100, errors: 0 });
  const { p50, p99, max } = recorder.times.latency;
  expect(p50).toBeCloseTo(1, 1);
  expect(p99).toBeGreaterThan(185); // twenty of the hundred waited, evenly from 11 to 201 ms
  expect(max).toBeGreaterThan(195);
});

test('what the generator itself sends late counts from when it was due, and is told', async () => {
  const pace = new VirtualPace();
  const recorder = new Recorder();
  // Held up for 100 ms at 300 ms, as by a collection of garbage: it wakes late, once.
  const heldUp: Pace = {
    nowMs: () => pace.nowMs(),
    until: (dueMs) => pace.until(dueMs >= 300 && dueMs < 400 ? 400 : dueMs),
  };
  const report = await offer(stalling(pace, { fromMs: 0, toMs: 0 }), everyTen, heldUp, recorder);
  expect(report).toEqual({ sent: 100, late: 10, unanswered: 0 });
  expect(recorder.times.latency.p99).toBeGreaterThan(85);
});

test('a request without an answer is an error, is counted, and stands among the latencies with the time it was waited for', async () => {
  const pace = new VirtualPace();
  const recorder = new Recorder();
  const once: Once = async (dueMs) => {
    await pace.until(dueMs === 500 ? 2500 : dueMs + 1);
    if (dueMs === 500) throw new Unanswered('no answer within 2000 ms');
    if (dueMs === 600) throw new Error('refused');
  };
  const report = await offer(once, everyTen, pace, recorder);
  expect(report).toEqual({ sent: 100, late: 0, unanswered: 1 });
  expect(recorder).toMatchObject({ count: 98, errors: 2 });
  expect(recorder.times.latency).toMatchObject({ count: 99, max: expect.closeTo(2000, -1) });
});

test('a request that waits holds up no other: all are under way at once when nobody answers', async () => {
  const pace = new VirtualPace();
  let underWay = 0;
  let most = 0;
  const once: Once = async () => {
    most = Math.max(most, (underWay += 1));
    await pace.until(5000);
    underWay -= 1;
  };
  await offer(once, everyTen, pace, new Recorder());
  expect(most).toBe(100);
});

test('arrivals are ascending, within their time, as many as the rate says, and the same for the same seed', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2000 }), fc.integer(), (rate, seed) => {
      const due = poissonSchedule(rate, 2, seed);
      expect(due).toEqual(poissonSchedule(rate, 2, seed));
      expect(due.every((at, index) => at > (due[index - 1] ?? 0) && at < 2000)).toBe(true);
      // Six standard deviations of a Poisson count.
      expect(Math.abs(due.length - 2 * rate)).toBeLessThanOrEqual(6 * Math.sqrt(2 * rate) + 6);
    }),
    { numRuns: 50 },
  );
});

test('some arrivals come close together: the gaps are no even spacing', () => {
  const due = poissonSchedule(1000, 10, 1);
  const gaps = due.subarray(1).map((at, index) => at - (due[index] ?? 0));
  const close = gaps.filter((gap) => gap < 0.1).length / gaps.length;
  expect(close).toBeGreaterThan(0.07); // 1 - e^-0.1 = 9.5 %
  expect(close).toBeLessThan(0.12);
});

test('a closed loop counts what was answered, and tells what failed', async () => {
  const recorder = new Recorder();
  let asked = 0;
  const once: Once = async () => {
    await new Promise(setImmediate);
    if ((asked += 1) % 2 === 0) throw new Error('every other one');
  };
  await repeat(once, { inFlight: 2 }, 0.02, recorder);
  expect(recorder.count).toBeGreaterThan(0);
  expect(recorder.errors).toBeGreaterThan(0);
  expect([...recorder.faults]).toEqual(['every other one']);
});
