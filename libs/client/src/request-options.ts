// What may be said about one request beside its body.
import { isRequestId, RouterError } from '@router-mesh/contracts';
import { newUlid } from '@router-mesh/wire';

/** How one request is to be made. */
export interface RequestOptions {
  /** How long its whole answer may take, ms; at most a day, and at most what the mesh allows. The client's `timeoutMs` by default. */
  readonly timeoutMs?: number | undefined;
  /** Aborting it cancels the request at the mesh, and the model with it. */
  readonly signal?: AbortSignal | undefined;
  /**
   * The request's id, a ULID of the caller's own: for `cancel` from elsewhere, and to find the request in logs. One is made up otherwise.
   * A new one for each request: the mesh remembers a cancelled id for a minute, and a request that fails at this client is cancelled.
   */
  readonly request?: string | undefined;
}

/** The options with nothing left open. */
export interface Terms {
  readonly request: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** More at once than any reader should hold; policy refuses more. */
const mostCredit = 100_000;
const longestTimeoutMs = 86_400_000;

/** @throws RouterError `invalid_request` naming the option */
export function readOptions(
  { timeoutMs, signal, request }: RequestOptions,
  fallback: { readonly timeoutMs: number },
): Terms {
  return {
    request: request === undefined ? newUlid() : checkRequestId(request),
    timeoutMs: checkTimeout(timeoutMs ?? fallback.timeoutMs),
    signal,
  };
}

/** @throws RouterError `invalid_request` when it is no ULID: the mesh would give the request another id */
export function checkRequestId(request: string): string {
  if (isRequestId(request)) return request;
  throw invalid('request', `"${request.slice(0, 40)}" must be a ULID: 26 of 0-9 and A-Z without I, L, O and U`);
}

/** @throws RouterError `invalid_request` */
export function checkTimeout(timeoutMs: number): number {
  if (timeoutMs >= 1 && timeoutMs <= longestTimeoutMs) return timeoutMs;
  throw invalid('timeoutMs', `${timeoutMs} must be from 1 to ${longestTimeoutMs}`);
}

/** @throws RouterError `invalid_request` */
export function checkCredit(credit: number): number {
  if (Number.isInteger(credit) && credit >= 1 && credit <= mostCredit) return credit;
  throw invalid('credit', `${credit} must be a whole number from 1 to ${mostCredit}`);
}

function invalid(param: string, message: string): RouterError {
  return new RouterError('invalid_request', `${param}: ${message}`, { param });
}
