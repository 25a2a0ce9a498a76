// When an upstream wants to be asked again, as it says in its headers. Pure.
import type { IncomingHttpHeaders } from 'node:http';

/** What is longer is a mistake, or no use to anybody who waits. */
const longestMs = 24 * 3600 * 1000;

/**
 * Ms to wait, at most a day: of `retry-after-ms` (OpenAI's), else of `Retry-After` in seconds or as a date (RFC 9110); undefined when there is none
 * that can be read.
 * @param now epoch ms; a date is measured against the upstream's own `Date` where there is one, for clocks differ
 */
export function readRetryAfter(headers: IncomingHttpHeaders, now: number): number | undefined {
  const given = [number(headers['retry-after-ms']), seconds(headers['retry-after']), until(headers, now)];
  const ms = given.find((value) => value !== undefined);
  return ms === undefined ? undefined : Math.min(Math.max(0, Math.ceil(ms)), longestMs);
}

function seconds(text: string | undefined): number | undefined {
  const value = number(text);
  return value === undefined ? undefined : value * 1000;
}

function number(text: string | string[] | undefined): number | undefined {
  // A decimal number, as `2` or `0.5`.
  return typeof text === 'string' && /^\s*\d{1,12}(\.\d{1,12})?\s*$/.test(text) ? Number(text) : undefined;
}

function until({ 'retry-after': text, date }: IncomingHttpHeaders, now: number): number | undefined {
  // An HTTP date begins with the day of the week; Date.parse would take anything with a number in it.
  const at = text !== undefined && /^\s*(mon|tue|wed|thu|fri|sat|sun)/i.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) return undefined;
  const theirs = date === undefined ? Number.NaN : Date.parse(date);
  return at - (Number.isNaN(theirs) ? now : theirs);
}
