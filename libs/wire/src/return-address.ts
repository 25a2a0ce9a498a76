// Where an answer may be published: a client picks its reply subject and the server does not check it, so we do.
import { serviceInbox } from '@router-mesh/contracts';

export interface ReturnRules {
  /** The first token of a tenant path that answers must stay below, as `_INBOX.<token>.>`; undefined allows all of `_INBOX.>`. */
  readonly inboxOf?: string | undefined;
  /** Behind the entry, where only services publish, extension may have put its own inbox. */
  readonly behindEntry: boolean;
}

// Matches tokens joined by dots, without wildcards, white space or control characters.
const literalSubject = /^[^\s.*>\x00-\x1f\x7f]+(\.[^\s.*>\x00-\x1f\x7f]+)+$/;

/**
 * Whether a return address may be answered.
 *
 * Unchecked, a request with the reply `$JS.API.STREAM.DELETE.X` would delete a stream with our rights; an empty message is as dangerous as a full one.
 * INVARIANT (no stray answer): every publish to a client's address stands behind this check.
 */
export function isReturnAddress(address: string | undefined, rules: ReturnRules): address is string {
  if (address === undefined || !isLiteral(address)) return false;
  if (address.startsWith('_R_.')) return true;
  if (rules.behindEntry && address.startsWith('_SVC.extension.')) return true;
  return address.startsWith(rules.inboxOf === undefined ? '_INBOX.' : `_INBOX.${rules.inboxOf}.`);
}

/** Addresses that crossed an account: the server keeps a mapping for each answer until an empty message ends it. */
export function crossedAccount(address: string): boolean {
  return address.startsWith('_R_.');
}

/** Whether an address is an inbox of a service's own: the only place where what it says to its own kind is answered. */
export function isServiceInbox(address: string | undefined, service: string): address is string {
  return address !== undefined && isLiteral(address) && address.startsWith(`${serviceInbox(service)}.`);
}

function isLiteral(address: string): boolean {
  return address.length <= 256 && literalSubject.test(address);
}
