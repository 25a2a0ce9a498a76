// The trail: what each stop adds about its own part of the way, so that the way of a killed request is known.
import { z } from 'zod';

/** One stop's passage. Times: epoch ms, then ms. `code` is `ok` or an error code. */
export const TrailEntry = z.object({
  stop: z.string(),
  instance: z.string(),
  received: z.number(),
  waited_ms: z.number(),
  worked_ms: z.number(),
  code: z.string(),
});
export type TrailEntry = z.infer<typeof TrailEntry>;

/** `stop@instance;received;waited;worked;code`, as it stands in the header. */
export function formatTrailEntry(entry: TrailEntry): string {
  return `${entry.stop}@${entry.instance};${Math.round(entry.received)};${tenths(entry.waited_ms)};${tenths(entry.worked_ms)};${entry.code}`;
}

/** Never negative: the clocks of two machines differ, and a wait is the difference of both. */
function tenths(ms: number): number {
  return Math.max(0, Math.round(ms * 10) / 10);
}

/** Read a trail header; entries that are not of the form are left out. */
export function parseTrail(text: string): TrailEntry[] {
  const entries: TrailEntry[] = [];
  for (let start = 0; start <= text.length;) {
    const comma = text.indexOf(',', start);
    const end = comma === -1 ? text.length : comma;
    const entry = parseEntry(text, start, end);
    if (entry !== undefined) entries.push(entry);
    start = end + 1;
  }
  return entries;
}

/** When the last stop on a trail had done its part, epoch ms by its clock; undefined when there is none, or it is not of the form. */
export function endOfTrail(text: string): number | undefined {
  const last = parseEntry(text, text.lastIndexOf(',') + 1, text.length);
  return last && last.received + last.worked_ms;
}

/** By the places of its marks: every stop reads trails, and an expression with six groups takes three times as long. */
function parseEntry(text: string, start: number, end: number): TrailEntry | undefined {
  const at = text.indexOf('@', start);
  const one = text.indexOf(';', at);
  const two = text.indexOf(';', one + 1);
  const three = text.indexOf(';', two + 1);
  const four = text.indexOf(';', three + 1);
  // A mark that is not there would be found further on, in the next entry, or before the last one.
  if (at <= start || one < at || two < one || three < two || four < three || four + 1 >= end) return undefined;
  const received = Number(text.slice(one + 1, two) || Number.NaN);
  const waited_ms = Number(text.slice(two + 1, three) || Number.NaN);
  const worked_ms = Number(text.slice(three + 1, four) || Number.NaN);
  if (!Number.isFinite(received + waited_ms + worked_ms)) return undefined;
  const stop = text.slice(start, at);
  const instance = text.slice(at + 1, one);
  const code = text.slice(four + 1, end);
  if (stop.includes(';') || code.includes(';')) return undefined;
  return { stop, instance, received, waited_ms, worked_ms, code };
}
