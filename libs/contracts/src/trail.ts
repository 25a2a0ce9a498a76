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
  return text.split(',').flatMap((part) => {
    const match = /^([^@;]+)@([^;]*);(\d+);([\d.]+);([\d.]+);(\w+)$/.exec(part);
    if (match === null) return [];
    const [, stop = '', instance = '', received, waited, worked, code = ''] = match;
    return [{ stop, instance, received: Number(received), waited_ms: Number(waited), worked_ms: Number(worked), code }];
  });
}
