// Why a call to a model failed: one of a closed set of classes, whatever the upstream said. Pure.
import { RouterError, type Attempt, type FailureClass } from '@router-mesh/contracts';

interface FailureOptions {
  readonly status?: number | undefined;
  readonly said?: string | undefined;
  readonly cause?: unknown;
  readonly retryAfterMs?: number | undefined;
  readonly lasting?: boolean;
  readonly unreached?: boolean;
}

/** A call that failed. Thrown between the steps of a call; never leaves the service. Its message is ours: no word of the upstream's is in it. */
export class CallFailure extends Error {
  readonly class: FailureClass;
  /** HTTP status of the upstream. */
  readonly status: number | undefined;
  /** The upstream's own words, redacted. */
  readonly said: string | undefined;
  /** When the upstream wants to be asked again, if it said so. */
  readonly retryAfterMs: number | undefined;
  /** The same request would fail in the same way a moment later, whatever the class says. */
  readonly lasting: boolean;
  /** The model never saw the request. */
  readonly unreached: boolean;

  constructor(
    failure: FailureClass,
    message: string,
    { status, said, cause, retryAfterMs, lasting = false, unreached = false }: FailureOptions = {},
  ) {
    super(message, { cause });
    this.class = failure;
    this.status = status;
    this.said = said === '' ? undefined : said;
    this.retryAfterMs = retryAfterMs;
    this.lasting = lasting;
    this.unreached = unreached;
  }

  /** Whether the same candidate may do better a moment later: it is out of order or busy. A model that was too slow once is not asked to be slow again. */
  get passing(): boolean {
    if (this.lasting) return false;
    if (this.class === 'timeout') return this.unreached;
    return this.class === 'server_error' || this.class === 'overloaded' || this.class === 'rate_limited';
  }

  /**
   * Whether it shows that the upstream is not well, so that its breaker counts it.
   *
   * `auth` does not: no waiting heals a key, and an open breaker would hide why. `rate_limited` does not: the upstream is well and says itself when to
   * come back. What is wrong with the request or with our documents says nothing about the upstream.
   */
  get unwell(): boolean {
    if (this.lasting) return false;
    return this.class === 'server_error' || this.class === 'timeout' || this.class === 'overloaded';
  }
}

/** A candidate that was not called at all: its breaker is open, or its bulkhead full. There is nothing to record. */
export class NotCalled extends CallFailure {}

/** A failure as plans and errors show it. */
export function attemptOf(
  model: string,
  { class: failure, message, said, status, retryAfterMs }: CallFailure,
): Attempt {
  return {
    model,
    class: failure,
    message: said ?? message,
    ...(status === undefined ? {} : { status }),
    ...(retryAfterMs === undefined ? {} : { retry_after_ms: retryAfterMs }),
  };
}

/** What an error answer of the upstream means. @param key the secret that was sent, which upstreams like to quote */
export function failureOfAnswer(
  status: number,
  body: string,
  key: string | undefined,
  retryAfterMs?: number,
): CallFailure {
  const error = readError(hide(body, key));
  const message =
    status < 400
      ? `the model answered HTTP ${status}, and redirects are not followed`
      : `the model answered HTTP ${status}`;
  const failure = classify(status, error);
  // A redirect, a model or path that is not there, an account without credit: no server is out of order.
  const lasting = (failure === 'server_error' && status < 500) || error.code === 'insufficient_quota';
  return new CallFailure(failure, message, { status, said: redact(error.message, key), retryAfterMs, lasting });
}

/** What an error means that came with a good status: instead of an answer, or in the middle of a stream. */
export function failureWithin(body: string, key: string | undefined): CallFailure {
  const error = readError(hide(body, key));
  // Some say the HTTP status as the error's code.
  const status = /^[45]\d\d$/.test(error.code) ? Number(error.code) : undefined;
  return new CallFailure(classify(status ?? 500, error), 'the model answered with an error', {
    status,
    said: redact(error.message, key),
  });
}

function classify(status: number, { code, type, message }: ErrorFields): FailureClass {
  const text = `${code} ${type} ${message.slice(0, longestRead)}`;
  if (/context_length|maximum context|context window/i.test(text)) return 'context_length';
  if (/content_filter|content_policy|content management policy/i.test(text)) return 'content_filter';
  switch (status) {
    case 401:
    case 402: // the account has no credit left
    case 403:
      return 'auth';
    case 404: // a model that is not there, or a wrong base URL: others may have it
    case 405:
      return 'server_error';
    case 408:
    case 504:
    case 524:
      return 'timeout';
    case 429:
      return 'rate_limited';
    case 503:
    case 529:
      return 'overloaded';
    default:
      return status >= 400 && status < 500 ? 'bad_request' : 'server_error';
  }
}

interface ErrorFields {
  readonly message: string;
  readonly code: string;
  readonly type: string;
}

/** OpenAI's error object, that of those who put its fields at the top, or whatever text came instead. */
function readError(body: string): ErrorFields {
  const parsed = parse(body);
  const answer = (Array.isArray(parsed) ? parsed[0] : parsed) as { readonly error?: unknown } | null | undefined;
  const error = answer?.error ?? answer;
  if (typeof error === 'string') return { message: error, code: '', type: '' };
  if (typeof error !== 'object' || error === null || !('message' in error))
    return { message: plainText(body), code: '', type: '' };
  const { message, code, type } = error as { message?: unknown; code?: unknown; type?: unknown };
  return { message: textOf(message), code: textOf(code), type: textOf(type) };
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The text of a page, without its tags. */
function plainText(body: string): string {
  return body.slice(0, longestRead).replace(/<[^>]*>/g, ' ');
}

/** How much of a text the patterns below look at: some of them take the square of its length. */
const longestRead = 2000;
const longestMessage = 200;

/** One line of at most 200 characters, without the key and without anything that looks like one. */
export function redact(text: string, key: string | undefined): string {
  return (
    hide(text, key)
      .slice(0, longestRead)
      .replace(/\s+/g, ' ')
      // Matches `sk-…` and the like, bearer tokens, and runs of 24 or more characters with a digit in them.
      .replace(/\b(?:sk|pk|gsk|key|xai)[-_][A-Za-z0-9*_-]{4,}/gi, hidden)
      .replace(/\bbearer\s+\S+/gi, hidden)
      .replace(/\b(?=[A-Za-z0-9_-]*\d)[A-Za-z0-9_-]{24,}/g, hidden)
      .trim()
      .slice(0, longestMessage)
      .toWellFormed()
  );
}

const hidden = '[redacted]';

function hide(text: string, key: string | undefined): string {
  return key === undefined ? text : text.replaceAll(key, hidden);
}

/** What was thrown while a model was called: what undici threw as a failure, an error of ours as it is. */
export function errorOfCall(error: unknown): CallFailure | RouterError {
  if (error instanceof CallFailure || error instanceof RouterError) return error;
  const code = codeOf(error);
  if (code === undefined) return RouterError.from(error);
  return new CallFailure('server_error', `the connection to the model failed (${code})`, { cause: error });
}

/** The errors of undici, sockets and streams have codes, but for the one that says that an answer is no HTTP; bugs have none. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.name === 'HTTPParserError' ? error.name : undefined;
}

/** What the client is told when no candidate is left, or none would help. */
export function errorOf(failure: CallFailure, attempts: readonly Attempt[]): RouterError {
  const soonestMs = soonest(attempts);
  const details = { attempts, ...(soonestMs === undefined ? {} : { retry_after_ms: soonestMs }) };
  const said = failure.said ?? failure.message;
  if (failure.class === 'bad_request')
    return new RouterError('invalid_request', `the model refused the request: ${said}`, { details });
  if (failure.class === 'content_filter')
    return new RouterError('content_filtered', `the provider refused the content: ${said}`, { details });
  if (attempts.every((attempt) => attempt.class === 'context_length')) {
    return new RouterError('invalid_request', `the request is longer than the model takes: ${said}`, { details });
  }
  const candidates = new Set(attempts.map(({ model }) => model)).size;
  const who = candidates === 1 ? 'the only candidate failed' : `all ${candidates} candidates failed; the last`;
  const often = attempts.length > candidates ? `, in ${attempts.length} attempts` : '';
  const message = `${who} with ${failure.class}${often}`;
  return new RouterError('provider_failed', message, { details });
}

/** What ends a stream that may have begun; cancels, deadlines and our bugs are told as they are. */
export function cutBy(error: unknown, delivered: number): unknown {
  if (delivered === 0) return error;
  const cuts = error instanceof RouterError && (error.code === 'unavailable' || error.code === 'too_large');
  return cuts ? interrupted(delivered, error.message, {}) : error;
}

/** The end of a stream that was cut. */
export function interrupted(delivered: number, why: string, details: object): RouterError {
  return new RouterError('stream_interrupted', `the stream was cut after ${delivered} deltas: ${why}`, {
    details: { delivered, ...details },
  });
}

/** When the first of those upstreams that said so wants to be asked again. */
function soonest(attempts: readonly Attempt[]): number | undefined {
  const given = attempts.flatMap(({ retry_after_ms: ms }) => (ms === undefined ? [] : [ms]));
  return given.length === 0 ? undefined : Math.min(...given);
}
