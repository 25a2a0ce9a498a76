import { RouterError } from '@router-mesh/contracts';
import type { AnswerEvent, FailedBy } from '@router-mesh/wire';
import { describe, expect, test } from 'vitest';
import { Race } from './race.ts';

const router = { request: 'r', provider: 'p', model: 'm', route: 'r', policy: 'p', attempts: [], trail: [] };
const accepted = { request: 'r', instance: 'i', control: 'c', route: 'r', provider: 'p', model: 'm' };
const event = {
  accept: { kind: 'accept', leg: 0, accept: accepted, control: undefined },
  beat: { kind: 'beat', leg: 0, control: undefined },
  skip: { kind: 'skip' },
  delta: { kind: 'delta', lines: '{}' },
  end: { kind: 'end', end: { router, usage_stored: true } },
  whole: { kind: 'whole', body: {} },
  eos: { kind: 'eos' },
  denied: failed('denied', 'mesh'),
  provider_failed: failed('provider_failed', 'mesh'),
  gap: failed('stream_interrupted', 'reader'),
  not_running: failed('unavailable', 'server'),
} as const satisfies Record<string, AnswerEvent>;

function failed(code: ConstructorParameters<typeof RouterError>[0], by: FailedBy): AnswerEvent {
  return { kind: 'error', error: new RouterError(code, code), by };
}

/** What happens: a publication, so many ticks, or something that is heard of a publication (from 1). */
type Happening = 'publish' | number | readonly [publication: number, heard: keyof typeof event];

/** The last step of what happens, in a word. After 10 ticks, then 30 more, it is published again; after 60 a producer is dead. */
function outcome(happenings: readonly Happening[]): string {
  const race = new Race({ silent: 60, republish: [10, 30] });
  let last = 'wait';
  const note = (step: ReturnType<Race['tick']>): void => {
    last = step.kind;
    if (step.kind === 'take') last = `take ${step.part.kind}`;
    if (step.kind === 'fail')
      last = `fail ${step.error.details?.['reason'] === 'producer_lost' ? 'producer_lost' : step.error.code}`;
  };
  for (const happening of happenings) {
    if (happening === 'publish') race.published();
    else if (typeof happening === 'number')
      for (let n = 0; n < happening && !last.startsWith('fail'); n += 1) note(race.tick());
    else note(race.hear(happening[0] - 1, event[happening[1]]));
  }
  return last;
}

describe('a request that nobody answers', () => {
  test.each<[string, Happening[], string]>([
    ['is waited for', ['publish', 9], 'wait'],
    ['is published again', ['publish', 10], 'publish'],
    ['has time for its second publication, too', ['publish', 10, 'publish', 29], 'wait'],
    ['is published a third time', ['publish', 10, 'publish', 30], 'publish'],
    ['and not a fourth', ['publish', 10, 'publish', 30, 'publish', 59], 'wait'],
    ['is lost after that', ['publish', 10, 'publish', 30, 'publish', 60], 'fail producer_lost'],
  ])('%s', (_name, happenings, expected) => expect(outcome(happenings)).toBe(expected));
});

describe('a frame shows that an attempt lives:', () => {
  test.each<keyof typeof event>(['accept', 'beat', 'skip'])(
    'after %s nothing is published again, and it is waited for',
    (heard) => {
      expect(outcome(['publish', [1, heard], 59])).toBe('wait');
      expect(outcome(['publish', [1, heard], 59, [1, 'beat'], 59])).toBe('wait');
      expect(outcome(['publish', [1, heard], 60])).toBe('fail producer_lost');
      expect(outcome(['publish', 10, 'publish', [2, heard], 59])).toBe('wait');
    },
  );

  test('a producer that falls silent after a delta has interrupted its stream', () => {
    expect(outcome(['publish', [1, 'accept'], [1, 'delta'], 59, [1, 'beat'], 59])).toBe('wait');
    const race = new Race({ silent: 2, republish: [10] });
    race.published();
    race.hear(0, event.delta);
    race.hear(0, event.delta);
    race.tick();
    expect(race.tick()).toMatchObject({
      kind: 'fail',
      error: { code: 'stream_interrupted', details: { reason: 'producer_lost', delivered: 2 } },
    });
  });

  test('one that was given up is heard again when it comes before the others are', () => {
    expect(outcome(['publish', 10, 'publish', [2, 'beat'], 55, [2, 'beat'], 10, [1, 'delta']])).toBe('take delta');
  });
});

describe('of several publications', () => {
  const three: Happening[] = ['publish', 10, 'publish', 30, 'publish'];

  test.each<keyof typeof event>(['delta', 'end', 'whole'])('the first %s decides, whichever it is for', (heard) => {
    for (const winner of [1, 2, 3]) expect(outcome([...three, [winner, heard]])).toBe(`take ${heard}`);
  });

  test('accept does not decide', () => {
    expect(outcome([...three, [1, 'accept'], [2, 'accept'], [3, 'beat'], [2, 'delta']])).toBe('take delta');
  });

  test.each<keyof typeof event>(['accept', 'beat', 'delta', 'end', 'whole', 'denied', 'gap', 'eos', 'not_running'])(
    'once one has decided, %s of another one is nothing',
    (heard) => {
      expect(outcome([...three, [2, 'delta'], [1, heard]])).toBe('wait');
      expect(outcome([...three, [2, 'delta'], [1, heard], [2, 'delta']])).toBe('take delta');
    },
  );

  test('the silence of the loser is nothing, and its beats are no life of the winner', () => {
    expect(outcome([...three, [2, 'delta'], 30, [2, 'delta'], 59])).toBe('wait');
    expect(outcome([...three, [1, 'beat'], [2, 'delta'], 59, [1, 'beat'], 1])).toBe('fail producer_lost');
  });
});

describe('an error of one publication', () => {
  test.each<[string, Happening[], string]>([
    ['ends the request when it is the only one', ['publish', [1, 'denied']], 'fail denied'],
    ['that the reader found does, too', ['publish', [1, 'gap']], 'fail stream_interrupted'],
    ['that is its end without an answer does, too', ['publish', [1, 'accept'], [1, 'eos']], 'fail internal'],
    ['ends it when nothing is known of the other', ['publish', 10, 'publish', [2, 'denied']], 'fail denied'],
    ['is noted when the other was accepted', ['publish', 10, 'publish', [1, 'accept'], [2, 'denied']], 'wait'],
    ['is noted when a stop beats for the other', ['publish', 10, 'publish', [2, 'beat'], [1, 'denied']], 'wait'],
    [
      'is forgotten when the other answers',
      ['publish', 10, 'publish', [1, 'accept'], [2, 'denied'], [2, 'eos'], 30, [1, 'end']],
      'take end',
    ],
    [
      'is told when the other dies',
      ['publish', 10, 'publish', [1, 'accept'], [2, 'denied'], 59, [2, 'eos'], 1],
      'fail denied',
    ],
    [
      'does not count the accept of a producer that died since',
      ['publish', 10, 'publish', [1, 'accept'], 55, [2, 'beat'], 5, [2, 'denied']],
      'fail denied',
    ],
    [
      'ends it when the other has failed before',
      ['publish', 10, 'publish', [1, 'accept'], [2, 'denied'], [1, 'provider_failed']],
      'fail provider_failed',
    ],
    ['is nothing after another one', ['publish', 10, 'publish', [1, 'accept'], [2, 'gap'], [2, 'delta']], 'wait'],
    ['of the winner ends it', ['publish', 10, 'publish', [1, 'accept'], [2, 'delta'], [2, 'denied']], 'fail denied'],
  ])('%s', (_name, happenings, expected) => expect(outcome(happenings)).toBe(expected));
});

describe('that nobody takes requests', () => {
  test.each<[string, Happening[], string]>([
    ['is told at once of the first publication', ['publish', [1, 'not_running']], 'fail unavailable'],
    ['of a later one leaves hope for the first', ['publish', 10, 'publish', [2, 'not_running'], 29], 'wait'],
    ['does not keep it from being published again', ['publish', 10, 'publish', [2, 'not_running'], 30], 'publish'],
    ['is forgotten when the first one answers', ['publish', 10, 'publish', [2, 'not_running'], [1, 'end']], 'take end'],
    [
      'is told when none answers',
      ['publish', 10, 'publish', [2, 'not_running'], 30, 'publish', [3, 'not_running'], 60],
      'fail unavailable',
    ],
    [
      'says less than an error of the mesh',
      ['publish', 10, 'publish', [2, 'not_running'], 30, 'publish', [1, 'denied']],
      'fail denied',
    ],
  ])('%s', (_name, happenings, expected) => expect(outcome(happenings)).toBe(expected));
});

test('a request may be published again only until the mesh is heard', () => {
  const race = new Race({ silent: 60, republish: [10] });
  race.published();
  expect(race.open).toBe(true);
  race.hear(0, event.not_running);
  expect(race.open).toBe(true);
  race.hear(0, event.beat); // of a publication that has failed
  expect(race.open).toBe(true);
  race.published();
  expect(race.open).toBe(false);
  const other = new Race({ silent: 60, republish: [10] });
  other.published();
  other.hear(0, event.accept);
  expect(other.open).toBe(false);
});
