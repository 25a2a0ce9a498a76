/** What a caller tells the demo to do, in the request's `demo` object: its options, their limits, and what follows from them. */
import { validateHeaderName, validateHeaderValue } from 'node:http';
import { invalid } from './api-error.ts';

type Check<T> = (value: unknown, param: string) => T;

/** The options by name, each with its check. The README's table is held to this list by a test. */
export const toldOptions = {
  chunks: integer(1, 100_000),
  delay_ms: number(0, 86_400_000),
  first_delay_ms: number(0, 86_400_000),
  bytes: integer(0, 100_000_000),
  status: integer(300, 599),
  code: text,
  body: anyText,
  fail_first: integer(0, 1_000_000),
  key: text,
  cut_after: integer(0, 100_000_000),
  error_after: integer(0, 100_000_000),
  hang_after: integer(0, 100_000_000),
  comment_ms: number(1, 86_400_000),
  reset: flag,
  garbage: flag,
  hang: flag,
  no_usage: flag,
  retry_after: number(0, 86_400),
  headers,
  coalesce: flag,
};

/** The `demo` object, checked. */
export type Told = { readonly [Name in keyof typeof toldOptions]?: ReturnType<(typeof toldOptions)[Name]> };

/** What becomes of a call before it has an answer. */
export type Fate =
  { type: 'answer' } | { type: 'fail'; status: number } | { type: 'reset' } | { type: 'garbage' } | { type: 'hang' };

const nothing: Told = {};

/**
 * Check a request's `demo` object; absent is an empty one. An option we do not know is an error, for it is a typo.
 * @throws ApiError 400 naming the option
 */
export function parseTold(value: unknown): Told {
  if (value === undefined) return nothing;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('demo', 'an object');
  const told: Record<string, unknown> = {};
  for (const [name, given] of Object.entries(value)) {
    if (!Object.hasOwn(toldOptions, name))
      throw invalid(`demo.${name}`, 'an option that the demo knows', 'unknown_parameter');
    const check: Check<unknown> = toldOptions[name as keyof typeof toldOptions];
    told[name] = check(given, `demo.${name}`);
  }
  if (told['fail_first'] !== undefined && told['key'] === undefined)
    throw invalid('demo.fail_first', "a 'demo.key' with it");
  return told;
}

/**
 * Decide what becomes of a call.
 *
 * `callsBefore` counts the earlier calls with the same key, and matters with `fail_first` only.
 * `flaky` is the model's own inclination: it fails with 500 unless the caller told how to fail.
 */
export function decideFate(told: Told, flaky: boolean, callsBefore: number): Fate {
  if (told.hang) return { type: 'hang' };
  if (told.reset) return { type: 'reset' };
  if (told.garbage) return { type: 'garbage' };
  if (told.fail_first !== undefined) {
    return callsBefore < told.fail_first ? { type: 'fail', status: told.status ?? 500 } : { type: 'answer' };
  }
  if (told.status !== undefined) return { type: 'fail', status: told.status };
  return flaky && !breaksLater(told) ? { type: 'fail', status: 500 } : { type: 'answer' };
}

/** Whether an answer was told to begin well. */
function breaksLater({ cut_after, error_after, hang_after, body }: Told): boolean {
  return [cut_after, error_after, hang_after, body].some((given) => given !== undefined);
}

function integer(least: number, most: number): Check<number> {
  return (value, param) => {
    if (Number.isInteger(value) && Number(value) >= least && Number(value) <= most) return Number(value);
    throw invalid(param, `an integer from ${least} to ${most}`);
  };
}

function number(least: number, most: number): Check<number> {
  return (value, param) => {
    if (typeof value === 'number' && value >= least && value <= most) return value;
    throw invalid(param, `a number from ${least} to ${most}`);
  };
}

function flag(value: unknown, param: string): boolean {
  if (typeof value === 'boolean') return value;
  throw invalid(param, 'a boolean');
}

function text(value: unknown, param: string): string {
  if (typeof value === 'string' && value !== '' && value.length <= 200) return value;
  throw invalid(param, 'a string of 1 to 200 characters');
}

function anyText(value: unknown, param: string): string {
  if (typeof value === 'string' && value.length <= 1_000_000) return value;
  throw invalid(param, 'a string of at most 1000000 characters');
}

/** Names are lowered, so that a told `Content-Type` replaces ours. Framing is not for callers to break: tell `cut_after`. */
function headers(value: unknown, param: string): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(param, 'an object of strings');
  const checked: Record<string, string> = {};
  for (const [name, given] of Object.entries(value)) {
    if (!isHeader(name, given)) throw invalid(`${param}.${name.slice(0, 100)}`, 'a header that HTTP allows');
    checked[name.toLowerCase()] = given;
  }
  return checked;
}

function isHeader(name: string, value: unknown): value is string {
  if (typeof value !== 'string' || /^(content-length|transfer-encoding)$/i.test(name)) return false;
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}
