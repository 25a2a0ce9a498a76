// A request as it is to be published, and what is said about it in headers.
import { header, type Verb } from '@router-mesh/contracts';
import { headerBlock, headerLine } from '@router-mesh/wire';
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

/** As a block of headers. @param publication its number, from 0 @param leftMs of the request's time */
export function headersOf({ verb, terms, credit }: Question, publication: number, leftMs: number): string {
  let lines = headerLine(header.request, terms.request);
  lines += headerLine(header.timeout, String(Math.max(1, Math.ceil(leftMs))));
  if (publication > 0) lines += headerLine(header.attempt, String(publication + 1));
  // Policy answers `decide` by itself, in one message.
  if (verb !== 'decide') lines += headerLine(header.frames, '1') + headerLine(header.credit, String(credit));
  return headerBlock(lines);
}
