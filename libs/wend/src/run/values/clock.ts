// What a clock on a wall shows: by the time zone data of the host's Intl, whose version is one of the five inputs of a decision.

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

export interface Clock {
  /** Of the day, 0 to 1439. */
  readonly minute: number;
  readonly weekday: (typeof weekdays)[number];
}

/** A formatter takes 50 µs to make, and a policy may compute the names of its zones: all that there are fit in. */
const cachedZones = 1024;
const formatters = new Map<string, Intl.DateTimeFormat | undefined>();
// Matches the names of zones, and no offset like +01:00: there are thousands of those.
const zoneName = /^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/;

/** Undefined where there is no such zone, or no such time. */
export function clockOf(epochMs: number, zone: string): Clock | undefined {
  if (!(Math.abs(epochMs) <= 8_640_000_000_000_000)) return undefined; // nor NaN
  if (zone === 'UTC') return utcClock(epochMs);
  const formatter = formatterOf(zone);
  if (formatter === undefined) return undefined;
  const parts = new Map(formatter.formatToParts(epochMs).map(({ type, value }) => [type, value]));
  const weekday = weekdays.find((name) => name === parts.get('weekday')?.toLowerCase());
  if (weekday === undefined) return undefined;
  return { minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')), weekday };
}

/** Of `HH:MM`; undefined of anything else. */
export function minuteOfDay(text: string): number | undefined {
  const found = /^([01][0-9]|2[0-3]):([0-5][0-9])$/.exec(text);
  return found === null ? undefined : Number(found[1]) * 60 + Number(found[2]);
}

function utcClock(epochMs: number): Clock {
  const minutes = Math.floor(epochMs / 60_000);
  const days = Math.floor(minutes / 1440);
  // The first of January 1970 was a Thursday.
  const weekday = weekdays[(((days + 3) % 7) + 7) % 7] ?? 'mon';
  return { minute: minutes - days * 1440, weekday };
}

/** By the name in lower case, as Intl reads it. */
function formatterOf(zone: string): Intl.DateTimeFormat | undefined {
  if (!zoneName.test(zone)) return undefined;
  const name = zone.toLowerCase();
  if (formatters.has(name)) return formatters.get(name);
  if (formatters.size >= cachedZones) formatters.delete(formatters.keys().next().value ?? '');
  const made = makeFormatter(name);
  formatters.set(name, made);
  return made;
}

function makeFormatter(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
  } catch {
    return undefined;
  }
}
