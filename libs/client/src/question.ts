// A request as it is to be published, and what is said about it in headers.
import { header, type Verb } from '@router-mesh/contracts';
import { headers, type MsgHdrs } from '@router-mesh/wire';
import type { Terms } from './request-options.ts';

export interface Question {
  readonly tenant: string;
  readonly verb: Verb;
  readonly terms: Terms;
  /** Below which the inboxes of its answer are. */
  readonly inboxPrefix: string;
  /** How many deltas may lie unread. */
  readonly credit: number;
}

/** @param publication its number, from 0 @param leftMs of the request's time */
export function headersOf({ verb, terms, credit }: Question, publication: number, leftMs: number): MsgHdrs {
  const encoded = headers();
  encoded.set(header.request, terms.request);
  encoded.set(header.timeout, String(Math.max(1, Math.ceil(leftMs))));
  if (publication > 0) encoded.set(header.attempt, String(publication + 1));
  if (verb !== 'decide') {
    // Policy answers `decide` by itself, in one message.
    encoded.set(header.frames, '1');
    encoded.set(header.credit, String(credit));
  }
  return encoded;
}
