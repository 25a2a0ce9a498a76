// Why a call to a model failed: one of a closed set of classes, whatever the upstream said. Pure.
import { RouterError, type Attempt, type FailureClass } from '@router-mesh/contracts';

/** A call that failed. Thrown between the steps of a call; never leaves the service. */
export class CallFailure extends Error {
  readonly class: FailureClass;
  /** HTTP status of the upstream. */
  readonly status: number | undefined;

  /** @param message redacted already */
  constructor(failure: FailureClass, message: string, options: { readonly status?: number; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.class = failure;
    this.status = options.status;
  }
}

const longestMessage = 200;

/** A failure as plans and errors show it. */
export function attemptOf(model: string, failure: CallFailure): Attempt {
  return { model, class: failure.class, message: failure.message, ...(failure.status === undefined ? {} : { status: failure.status }) };
}

/** What an error answer of the upstream means. @param key the secret that was sent, which upstreams like to quote */
export function failureOfAnswer(status: number, body: string, key: string | undefined): CallFailure {
  const { message, code, type } = errorFields(body);
  return new CallFailure(classify(status, `${code} ${type} ${message}`), redact(message, key), { status });
}

function classify(status: number, text: string): FailureClass {
  if (/context_length|maximum context|context window/i.test(text)) return 'context_length';
  if (/content_filter|content_policy|content management policy/i.test(text)) return 'content_filter';
  if (status === 401 || status === 403) return 'auth';
  if (status === 408 || status === 504) return 'timeout';
  if (status === 429) return 'rate_limited';
  if (status === 503 || status === 529) return 'overloaded';
  if (status >= 500) return 'server_error';
  return 'bad_request';
}

/** OpenAI's error object, or whatever text came instead. */
function errorFields(body: string): { readonly message: string; readonly code: string; readonly type: string } {
  try {
    const { error } = JSON.parse(body) as { error?: { message?: unknown; code?: unknown; type?: unknown } | string };
    if (typeof error === 'string') return { message: error, code: '', type: '' };
    if (error !== undefined) return { message: String(error.message ?? ''), code: String(error.code ?? ''), type: String(error.type ?? '') };
  } catch {
    // not JSON: the text says what it says
  }
  return { message: body.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').trim(), code: '', type: '' };
}

/** Cut to 200 characters, without the key and without anything that looks like one. */
export function redact(text: string, key: string | undefined): string {
  const withoutKey = key === undefined ? text : text.replaceAll(key, '[redacted]');
  // Matches `sk-…` and the like, bearer tokens, and runs of 24 or more characters with a digit in them.
  const withoutTokens = withoutKey
    .replace(/\b(?:sk|pk|gsk|key|xai)[-_][A-Za-z0-9*_-]{4,}/gi, '[redacted]')
    .replace(/\bbearer\s+\S+/gi, '[redacted]')
    .replace(/\b(?=[A-Za-z0-9_-]*\d)[A-Za-z0-9_-]{24,}/g, '[redacted]');
  return withoutTokens.slice(0, longestMessage);
}

/** What undici threw, as a failure. */
export function failureOfTransport(error: unknown): CallFailure {
  if (error instanceof CallFailure) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (/TIMEOUT/.test(code)) return new CallFailure('timeout', `the model was silent for too long (${code})`, { cause: error });
  return new CallFailure('server_error', `the connection to the model failed${code === '' ? '' : ` (${code})`}`, { cause: error });
}

/** Whether another candidate may do better: what is wrong with the request itself is wrong everywhere. */
export function fallsBack(failure: FailureClass): boolean {
  return failure !== 'bad_request' && failure !== 'content_filter';
}

/** What the client is told when no candidate is left, or none would help. */
export function errorOf(failure: CallFailure, attempts: readonly Attempt[]): RouterError {
  const details = { attempts };
  switch (failure.class) {
    case 'bad_request':
      return new RouterError('invalid_request', `the model refused the request: ${failure.message}`, { details });
    case 'content_filter':
      return new RouterError('content_filtered', `the provider refused the content: ${failure.message}`, { details });
    default: {
      const tried = attempts.length === 1 ? 'the only candidate' : `all ${attempts.length} candidates`;
      return new RouterError('provider_failed', `${tried} failed; the last with ${failure.class}`, { details });
    }
  }
}
