// The closed list of errors: every refusal of the mesh is one of these, on NATS, over HTTP and over gRPC.
import { z } from 'zod';
import type { FailureClass } from './answer.ts';

interface ErrorKind {
  /** HTTP status, also the `Nats-Service-Error-Code`. `stream_interrupted` never starts an HTTP answer; 500 stands for it. */
  readonly http: number;
  readonly grpc: string;
  /** OpenAI's nearest error type. */
  readonly type: string;
  /** Whether the same request may succeed when sent again. */
  readonly retryable: boolean;
  readonly when: string;
}

/** Every error code, what it is elsewhere and when it is used. */
export const errorKinds = {
  invalid_request: {
    http: 400,
    grpc: 'INVALID_ARGUMENT',
    type: 'invalid_request_error',
    retryable: false,
    when: 'body, header or subject not of its form; `param` says which field',
  },
  unauthenticated: {
    http: 401,
    grpc: 'UNAUTHENTICATED',
    type: 'authentication_error',
    retryable: false,
    when: 'no or unknown credential at an entrance',
  },
  denied: {
    http: 403,
    grpc: 'PERMISSION_DENIED',
    type: 'permission_error',
    retryable: false,
    when: 'policy refused; `details { rule, reason, status }`',
  },
  not_found: {
    http: 404,
    grpc: 'NOT_FOUND',
    type: 'not_found_error',
    retryable: false,
    when: 'tenant, policy, provider, model, experiment… by name',
  },
  conflict: { http: 409, grpc: 'ABORTED', type: 'conflict_error', retryable: false, when: 'a compare-and-set lost' },
  too_large: {
    http: 413,
    grpc: 'RESOURCE_EXHAUSTED',
    type: 'invalid_request_error',
    retryable: false,
    when: 'over a size limit; names limit and size',
  },
  rate_limited: {
    http: 429,
    grpc: 'RESOURCE_EXHAUSTED',
    type: 'rate_limit_error',
    retryable: true,
    when: '`details.retry_after_ms` and which limit',
  },
  budget_exhausted: {
    http: 402,
    grpc: 'RESOURCE_EXHAUSTED',
    type: 'insufficient_quota',
    retryable: false,
    when: '`details { budget, spent, limit, resets_at }`',
  },
  content_filtered: {
    http: 422,
    grpc: 'FAILED_PRECONDITION',
    type: 'content_filter',
    retryable: false,
    when: 'a validator or the provider refused the content',
  },
  extension_failed: {
    http: 502,
    grpc: 'INTERNAL',
    type: 'server_error',
    retryable: false,
    when: 'a required extension failed',
  },
  provider_failed: {
    http: 502,
    grpc: 'UNAVAILABLE',
    type: 'server_error',
    retryable: true,
    when: 'every candidate failed; `details.attempts[]` (class, status, 200 redacted characters), `details.retry_after_ms` if upstreams said so',
  },
  unavailable: {
    http: 503,
    grpc: 'UNAVAILABLE',
    type: 'server_error',
    retryable: true,
    when: 'a stop is not running or over its cap (retry after `details.retry_after_ms`); `no_candidate`, `policy_limit`, `policy_error` (no retry: decisions are deterministic); `details.reason`',
  },
  deadline_exceeded: {
    http: 504,
    grpc: 'DEADLINE_EXCEEDED',
    type: 'timeout_error',
    retryable: true,
    when: 'the time of the request is over; says at which stop',
  },
  stream_interrupted: {
    http: 500,
    grpc: 'UNAVAILABLE',
    type: 'server_error',
    retryable: false,
    when: 'after a delta; says how many were delivered',
  },
  cancelled: { http: 499, grpc: 'CANCELLED', type: 'cancelled', retryable: false, when: 'by the client' },
  internal: {
    http: 500,
    grpc: 'INTERNAL',
    type: 'server_error',
    retryable: false,
    when: 'our bug; logged with its cause, which never leaves the process',
  },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof errorKinds;

export const ErrorCode = z.enum(Object.keys(errorKinds) as [ErrorCode, ...ErrorCode[]]);

/** Reasons of `unavailable` that no retry mends. */
export const finalReasons: ReadonlySet<string> = new Set(['no_candidate', 'policy_limit', 'policy_error']);

/** Failure classes of attempts that no retry mends: `provider_failed` is not retryable when every attempt has one of them. */
export const finalClasses: ReadonlySet<string> = new Set([
  'auth',
  'bad_request',
  'content_filter',
  'context_length',
] satisfies FailureClass[]);

/** The body of every error answer. */
export const ErrorBody = z.object({
  error: z.object({
    code: ErrorCode,
    type: z.string(),
    message: z.string(),
    param: z.string().optional(),
    retryable: z.boolean(),
    details: z.record(z.string(), z.unknown()).optional(),
  }),
});
export type ErrorBody = z.infer<typeof ErrorBody>;

export interface ErrorOptions {
  /** The field of the request that is wrong. */
  readonly param?: string;
  /** Safe to show to the caller: never prompts, answers or keys. */
  readonly details?: Record<string, unknown>;
  /** Stays in the process; logged for `internal`. */
  readonly cause?: unknown;
}

/** The one error that crosses process boundaries. Message: lower case, no final period, the thing in quotes and the limit that was hit. */
export class RouterError extends Error {
  override readonly name = 'RouterError';
  readonly code: ErrorCode;
  readonly param: string | undefined;
  readonly details: Record<string, unknown> | undefined;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.param = options.param;
    this.details = options.details;
  }

  /** HTTP status, also the `Nats-Service-Error-Code`. */
  get status(): number {
    return errorKinds[this.code].http;
  }

  /** Whether the same request may succeed when sent again. */
  get retryable(): boolean {
    const { code, details } = this;
    if (!errorKinds[code].retryable || finalReasons.has(String(details?.['reason']))) return false;
    return code !== 'provider_failed' || !failedForGood(details?.['attempts']);
  }

  toBody(): ErrorBody {
    return {
      error: {
        code: this.code,
        type: errorKinds[this.code].type,
        message: this.message,
        ...(this.param === undefined ? {} : { param: this.param }),
        retryable: this.retryable,
        ...(this.details === undefined ? {} : { details: this.details }),
      },
    };
  }

  /** Read an error answer; what is not one becomes `internal`. */
  static fromBody(body: unknown): RouterError {
    const parsed = ErrorBody.safeParse(body);
    if (!parsed.success)
      return new RouterError('internal', 'an error answer was not of its form', { cause: parsed.error });
    const { code, message, param, details } = parsed.data.error;
    return new RouterError(code, message, {
      ...(param === undefined ? {} : { param }),
      ...(details === undefined ? {} : { details }),
    });
  }

  /** Whatever was thrown, as an error of the list: what is not one of ours is `internal` and keeps its cause to itself. */
  static from(thrown: unknown): RouterError {
    if (thrown instanceof RouterError) return thrown;
    return new RouterError('internal', 'an internal error; see the log of the service', { cause: thrown });
  }
}

/** Whether attempts are told, and each failed in a way that does not pass by itself. */
function failedForGood(attempts: unknown): boolean {
  if (!Array.isArray(attempts) || attempts.length === 0) return false;
  return attempts.every((attempt: { readonly class?: unknown } | null) => finalClasses.has(String(attempt?.class)));
}

/**
 * Validate what came from outside; the first wrong field is named.
 * @throws RouterError `invalid_request` with `param` = path of the field, as `messages.0.role`
 */
export function parseAs<Schema extends z.ZodType>(schema: Schema, value: unknown, what: string): z.infer<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = deepest(parsed.error.issues[0]);
  const param = (issue.path.map(String).join('.') || what).slice(0, 200); // a field's name may be the client's own
  throw new RouterError('invalid_request', `${what}: "${param}" ${issue.message.replace(/^Invalid input: /, '')}`, {
    param,
  });
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Inside a union, the branch that came furthest says best what is wrong. */
function deepest(issue: z.core.$ZodIssue | undefined): Issue {
  if (issue === undefined) return { path: [], message: 'is invalid' };
  if (issue.code === 'unrecognized_keys')
    return { path: [...issue.path, issue.keys[0] ?? ''], message: 'is not a known field' };
  if (issue.code !== 'invalid_union') return { path: issue.path, message: lowered(issue.message) };
  const inner = issue.errors.flatMap((branch) => branch.slice(0, 1).map((first) => deepest(first)));
  const furthest = inner.reduce<Issue | undefined>(
    (best, next) => (best === undefined || next.path.length > best.path.length ? next : best),
    undefined,
  );
  if (furthest === undefined || furthest.path.length === 0)
    return { path: issue.path, message: lowered(issue.message) };
  return { path: [...issue.path, ...furthest.path], message: furthest.message };
}

function lowered(message: string): string {
  const text = message.replace(/^Invalid input: /, '');
  return text.charAt(0).toLowerCase() + text.slice(1);
}
