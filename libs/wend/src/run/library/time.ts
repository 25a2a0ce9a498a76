// Times in time zones of the IANA; the only clock is the request's stamp.
import type { Value } from '../instance.ts';
import { PolicyFailure } from '../meter.ts';
import { clockOf, minuteOfDay, weekdays } from '../values/clock.ts';
import type { Caller, LibraryFunction } from './library-function.ts';
import { bool, enumOf, int, mayTake, string, takes, time } from './types.ts';

const zoneFuel = 16;
const price = `${zoneFuel}`;

export const times: readonly LibraryFunction[] = [
  {
    name: 'hour',
    group: 'time',
    parameters: [takes('t', time), mayTake('tz', string)],
    returns: int,
    summary: 'The hour of the day, 0 to 23, in a time zone ("UTC" where none is named).',
    examples: [
      ['hour(now)', 12],
      ['hour(now, "Asia/Tokyo")', 21],
    ],
    price,
    run: (caller, t: number, tz: string | null) => Math.floor(clock(caller, t, tz).minute / 60),
  },
  {
    name: 'weekday',
    group: 'time',
    parameters: [takes('t', time), mayTake('tz', string)],
    returns: enumOf(...weekdays),
    summary: 'The day of the week in a time zone ("UTC" where none is named).',
    examples: [['weekday(now, "Europe/Berlin")', 'mon']],
    price,
    run: (caller, t: number, tz: string | null) => clock(caller, t, tz).weekday,
  },
  {
    name: 'between',
    group: 'time',
    parameters: [takes('t', time), takes('from', string), takes('to', string), mayTake('tz', string)],
    returns: bool,
    summary: 'Whether the time of day is from one "HH:MM" up to another that is not included, past midnight too.',
    examples: [
      ['between(now, "09:00", "17:00")', true],
      ['between(now, "22:00", "06:00", "Asia/Tokyo")', false],
    ],
    price,
    run(caller, t: number, from: string, to: string, tz: string | null) {
      const start = dayTime(caller, from);
      const end = dayTime(caller, to);
      const { minute } = clock(caller, t, tz);
      return start <= end ? start <= minute && minute < end : minute >= start || minute < end;
    },
  },
];

function clock({ run, at }: Caller, t: number, tz: string | null): { minute: number; weekday: string & Value } {
  run.meter.burn(zoneFuel, at);
  const found = clockOf(t, tz ?? 'UTC');
  if (found === undefined) throw new PolicyFailure('policy_error', 'no such time zone, or a time out of range', at);
  return found;
}

function dayTime({ at }: Caller, text: string): number {
  const minute = minuteOfDay(text);
  if (minute === undefined) throw new PolicyFailure('policy_error', 'a time of day that is not "HH:MM"', at);
  return minute;
}
