// What a client may say in headers at the entry, checked; everything else it says is discarded.
import { header, isRequestId, RouterError } from '@router-mesh/contracts';
import { newUlid, type MsgHdrs } from '@router-mesh/wire';

/** What the client asked for. */
export interface Asked {
  readonly request: string;
  readonly timeoutMs?: number;
  readonly attempt: number;
  readonly frames: boolean;
  /** Deltas that it takes before its first limit. */
  readonly credit?: number;
  readonly traceparent?: string;
  readonly tracestate?: string;
}

const longestTimeoutMs = 86_400_000;
/** More deltas at once than any reader should hold. */
const mostCredit = 100_000;

/** Read the headers of a request. @throws RouterError `invalid_request` naming the header */
export function readEntryHeaders(headers: MsgHdrs | undefined): Asked {
  if (headers === undefined) return { request: newUlid(), attempt: 1, frames: false };
  const said = (name: string): string | undefined => headers.get(name) || undefined;

  const encoding = said(header.contentEncoding);
  if (encoding !== undefined && encoding !== 'identity')
    throw wrong(header.contentEncoding, encoding, 'is not supported; send the body as it is');
  const type = said(header.contentType);
  if (type !== undefined && !/^application\/json\s*(;|$)/i.test(type))
    throw wrong(header.contentType, type, 'must be application/json');

  const timeoutMs = wholeNumber(header.timeout, said(header.timeout), 1, longestTimeoutMs);
  const frames = said(header.frames);
  if (frames !== undefined && frames !== '1') throw wrong(header.frames, frames, 'must be 1');
  const credit = wholeNumber(header.credit, said(header.credit), 1, mostCredit);
  const traceparent = forwardable(said(header.traceparent), 64);
  const tracestate = forwardable(said(header.tracestate), 512);
  return {
    request: requestId(said(header.request)),
    attempt: wholeNumber(header.attempt, said(header.attempt), 1, 9) ?? 1,
    frames: frames === '1',
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(credit === undefined ? {} : { credit }),
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(tracestate === undefined ? {} : { tracestate }),
  };
}

/** The client's id where it is a ULID, else one of ours. */
function requestId(said: string | undefined): string {
  return said !== undefined && isRequestId(said) ? said : newUlid();
}

/** What goes on to the next stop as it came must be fit for a header; trace context that is not is left out, as its standard asks. */
function forwardable(said: string | undefined, mostCharacters: number): string | undefined {
  return said !== undefined && said.length <= mostCharacters && /^[\x20-\x7e]*$/.test(said) ? said : undefined;
}

function wholeNumber(name: string, said: string | undefined, least: number, most: number): number | undefined {
  if (said === undefined) return undefined;
  const value = /^\d{1,9}$/.test(said) ? Number(said) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw wrong(name, said, `must be a whole number from ${least} to ${most}`);
}

function wrong(name: string, said: string, message: string): RouterError {
  return new RouterError('invalid_request', `header ${name}: "${said.slice(0, 40)}" ${message}`, { param: name });
}
