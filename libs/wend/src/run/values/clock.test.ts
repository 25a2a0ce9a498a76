import { expect, test } from 'vitest';
import { clockOf, minuteOfDay } from './clock.ts';

test.each([
  ['2026-01-05T12:00:00Z', 'UTC', 12 * 60, 'mon'],
  ['2026-01-05T23:30:00Z', 'Europe/Berlin', 30, 'tue'],
  ['2026-01-05T12:00:00Z', 'America/New_York', 7 * 60, 'mon'],
  ['2026-01-05T12:00:00Z', 'Asia/Kolkata', 17 * 60 + 30, 'mon'],
  ['1969-12-31T23:59:00Z', 'UTC', 23 * 60 + 59, 'wed'],
  ['2026-03-29T00:59:00Z', 'Europe/Berlin', 60 + 59, 'sun'],
  ['2026-03-29T01:00:00Z', 'Europe/Berlin', 3 * 60, 'sun'],
])('%s in %s', (stamp, zone, minute, weekday) => {
  expect(clockOf(Date.parse(stamp), zone)).toEqual({ minute, weekday });
});

test('what is no zone or no time has no clock', () => {
  for (const zone of ['', 'Mars/Phobos', 'x'.repeat(10_000), '__proto__']) expect(clockOf(0, zone)).toBe(undefined);
  expect(clockOf(2 ** 53 - 1, 'UTC')).toBe(undefined);
});

test('more zones than are kept are still right', () => {
  const zones = Intl.supportedValuesOf('timeZone').slice(0, 100);
  for (const zone of [...zones, ...zones]) expect(clockOf(0, zone)?.weekday).toMatch(/wed|thu/);
});

test('a time of day is HH:MM', () => {
  expect(['00:00', '09:30', '23:59'].map(minuteOfDay)).toEqual([0, 570, 1439]);
  for (const text of ['24:00', '9:30', '12:60', '12', '', '12:00 ']) expect(minuteOfDay(text)).toBe(undefined);
});
