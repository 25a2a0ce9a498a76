// Times in texts: the language has no literal of its own for them, and knows where one is asked for.

// Matches RFC 3339: a day, or a day and a time with its offset.
const form = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d{1,3})?(Z|[+-]\d{2}:\d{2}))?$/;

/** As help. */
export const timeForm = 'a time is written "2026-01-31T12:00:00Z"';

/** Epoch ms; a day is its first moment in UTC. */
export function timeOf(text: string): number | undefined {
  const time = form.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(time) || !isDay(text) ? undefined : time;
}

/** `Date.parse` takes 30 February for 2 March. */
function isDay(text: string): boolean {
  const day = text.slice(0, 10);
  const time = Date.parse(day);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
}
