import { RouterError, type HolderMessage } from '@router-mesh/contracts';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { Holding, isOutrun, type Attempt } from './holding.ts';

const tenant = 'acme.web';
const request = '01JD0000000000000000000001';

/** What is between the providers of a test: everybody hears everything, the sender too. */
class Air {
  readonly said: string[] = [];
  readonly #instances: Holding[] = [];
  now = 1_000_000;
  /** Questions that wait for their answer, or for the time to be over. */
  readonly #waiting = new Set<() => void>();
  /** Readers that have left. */
  readonly gone = new Set<Doing>();

  instance(name: string): Holding {
    const say = (message: HolderMessage, answer: (text: string) => void): void => {
      this.said.push(`${name} ${'ask' in message ? 'asks' : 'runs'} ${message.attempt}`);
      for (const each of this.#instances) each.hear(message, answer);
    };
    const holding = new Holding({
      instance: name,
      now: () => this.now,
      tell: (message) => say(message, () => undefined),
      settle: async () => {
        await Promise.resolve();
        for (const one of this.gone) one.abandon(new RouterError('cancelled', 'the reader is gone'));
      },
      ask: async (message, waitMs) => {
        expect(waitMs).toBe(100);
        const { promise, resolve } = Promise.withResolvers<string | undefined>();
        this.#waiting.add(() => resolve(undefined));
        say(message, resolve);
        return await promise;
      },
    });
    this.#instances.push(holding);
    return holding;
  }

  /** Whoever asked has waited long enough. */
  async waitIsOver(): Promise<void> {
    this.now += 100;
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
    await turn();
  }
}

interface Doing extends Attempt {
  aborted: boolean;
  done: boolean;
  answer: { deltas: number };
  /** What became of it. */
  readonly fate: string[];
  /** End the work. */
  finish(): void;
}

function attempt(
  number: number,
  changes: { request?: string; tenant?: string } = {},
): Doing & { work(): Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const abort = new AbortController();
  const doing = {
    tenant,
    request,
    travel: { attempt: number, deadline: 1_060_000 },
    answer: { deltas: 0 },
    done: false,
    aborted: false,
    signal: abort.signal,
    beat: () => void doing.fate.push('beats'),
    fate: [] as string[],
    abandon(error: RouterError): void {
      doing.aborted = true;
      abort.abort(error);
      doing.fate.push(`abandoned: ${isOutrun(error)}`);
      resolve();
    },
    drop(code: string): void {
      doing.done = true;
      doing.fate.push(`dropped: ${code}`);
    },
    finish: () => resolve(),
    work(): Promise<void> {
      doing.fate.push('works');
      return promise;
    },
    ...changes,
  };
  return doing;
}

/** Begin to serve an attempt somewhere. */
function serve(holding: Holding, one: ReturnType<typeof attempt>): Promise<void> {
  return holding.serve(one, one.work);
}

test('a first attempt asks nobody and works at once', async () => {
  const air = new Air();
  const first = attempt(1);
  const holding = air.instance('a');
  const serving = serve(holding, first);
  expect([first.fate, air.said, holding.size]).toEqual([['works'], [], 1]);
  first.finish();
  await serving;
  expect(holding.size).toBe(0);
});

describe('a later attempt', () => {
  test.each([
    ['on another instance', false],
    ['on the same instance', true],
  ])('leaves the request to a lower one that runs %s', async (_, same) => {
    const air = new Air();
    const [a, b] = [air.instance('a'), air.instance('b')];
    const [first, second] = [attempt(1), attempt(2)];
    void serve(a, first);
    await serve(same ? a : b, second);
    expect([first.fate, second.fate]).toEqual([['works'], ['dropped: held']]);
    expect(air.said).toEqual(same ? [] : ['b asks 2']);
  });

  test('runs when nobody holds the request, and says so', async () => {
    const air = new Air();
    const [a, b] = [air.instance('a'), air.instance('b')];
    void serve(a, attempt(1, { request: '01JD0000000000000000000002' }));
    void serve(a, attempt(1, { tenant: 'acme' }));
    void serve(a, attempt(2));
    await air.waitIsOver();
    const other = attempt(2);
    void serve(b, other);
    await air.waitIsOver();
    // Two of the same number do not hold against each other: one of them was handed on.
    expect([air.said, other.fate]).toEqual([
      ['a asks 2', 'a runs 2', 'b asks 2', 'b runs 2'],
      ['beats', 'works'],
    ]);
  });

  test.each<[string, (first: Doing) => void]>([
    ['was told to end', (first) => (first.aborted = true)],
    ['is over', (first) => (first.done = true)],
  ])('runs when the lower one %s', async (_, change) => {
    const air = new Air();
    const a = air.instance('a');
    const [first, second] = [attempt(1), attempt(2)];
    void serve(a, first);
    change(first);
    void serve(a, second);
    await air.waitIsOver();
    expect(second.fate).toEqual(['beats', 'works']);
  });

  test('hears of a lower one that arrives while it waits', async () => {
    const air = new Air();
    const [a, b] = [air.instance('a'), air.instance('b')];
    const [first, second] = [attempt(1), attempt(2)];
    const serving = serve(b, second);
    void serve(a, first);
    await serving;
    expect([first.fate, second.fate, air.said]).toEqual([['works'], ['dropped: held'], ['b asks 2']]);
  });

  test('that stood still while it waited asks again: the answer may lie in its socket', async () => {
    const air = new Air();
    const [a, b] = [air.instance('a'), air.instance('b')];
    const [first, second] = [attempt(1), attempt(2)];
    const serving = serve(b, second);
    air.now += 1000;
    void serve(a, first);
    await air.waitIsOver();
    await serving;
    expect([first.fate, second.fate, air.said]).toEqual([['works'], ['dropped: held'], ['b asks 2', 'b asks 2']]);
  });

  test('whose reader has left meanwhile is not called: an attempt that ended just before has answered it', async () => {
    const air = new Air();
    const a = air.instance('a');
    const second = attempt(2);
    air.gone.add(second);
    const serving = expect(serve(a, second)).rejects.toMatchObject({ code: 'cancelled' });
    await air.waitIsOver();
    await serving;
    expect([second.fate, air.said, a.size]).toEqual([['beats', 'abandoned: false'], ['a asks 2'], 0]);
  });

  test('takes the silence of NATS for no leave to run', async () => {
    const lost = new RouterError('unavailable', 'the connection to NATS is down');
    const holding = new Holding({
      instance: 'a',
      now: () => 0,
      tell: () => undefined,
      settle: () => Promise.resolve(),
      ask: () => Promise.reject(lost),
    });
    const second = attempt(2);
    await expect(serve(holding, second)).rejects.toBe(lost);
    expect([second.fate, holding.size]).toEqual([[], 0]);
  });
});

describe('when a later attempt runs', () => {
  test('a lower one that arrives is dropped, until the deadline', async () => {
    const air = new Air();
    const [a, b] = [air.instance('a'), air.instance('b')];
    void serve(b, attempt(2));
    await air.waitIsOver();
    const late = attempt(1);
    await serve(a, late);
    expect(late.fate).toEqual(['dropped: superseded']);
    air.now = 1_060_000;
    const anew = attempt(1);
    void serve(a, anew);
    expect(anew.fate).toEqual(['works']);
  });

  test('a lower one that has said nothing gives way; one whose reader has a delta goes on', async () => {
    const air = new Air();
    const [a, b] = [air.instance('a'), air.instance('b')];
    const [silent, heard, ended] = [attempt(1), attempt(1), attempt(1)];
    heard.answer.deltas = 1;
    ended.done = true;
    for (const one of [silent, heard, ended]) void serve(a, one);
    b.hear({ runs: true, tenant, request, attempt: 2, deadline: 1_060_000, instance: 'c' }, () => undefined);
    a.hear({ runs: true, tenant, request, attempt: 2, deadline: 1_060_000, instance: 'c' }, () => undefined);
    expect([silent.fate, heard.fate, ended.fate]).toEqual([['works', 'abandoned: true'], ['works'], ['works']]);
  });

  test('of two that ask at the same time the higher one runs', async () => {
    const air = new Air();
    const [a, b] = [air.instance('a'), air.instance('b')];
    const [second, third] = [attempt(2), attempt(3)];
    void serve(b, third);
    void serve(a, second);
    await air.waitIsOver();
    expect(third.fate).toEqual(['beats', 'works']);
    expect(second.fate).toEqual(['beats', 'dropped: superseded']);
  });

  test('and the lower one was quicker, it gives way', async () => {
    const air = new Air();
    const [a, b] = [air.instance('a'), air.instance('b')];
    const [second, third] = [attempt(2), attempt(3)];
    void serve(a, second);
    void serve(b, third);
    await air.waitIsOver();
    expect(third.fate).toEqual(['beats', 'works']);
    expect(second.fate).toEqual(['beats', 'works', 'abandoned: true']);
  });

  test('a lower number that is told later changes nothing', async () => {
    const air = new Air();
    const a = air.instance('a');
    for (const number of [3, 2])
      a.hear({ runs: true, tenant, request, attempt: number, deadline: 1_060_000, instance: 'c' }, () => undefined);
    const second = attempt(2);
    await serve(a, second);
    expect(second.fate).toEqual(['dropped: superseded']);
  });
});

test('the work of an attempt may fail, and nothing is kept of it', async () => {
  const holding = new Air().instance('a');
  await expect(holding.serve(attempt(1), () => Promise.reject(new Error('the reason')))).rejects.toThrow('the reason');
  expect(holding.size).toBe(0);
});
