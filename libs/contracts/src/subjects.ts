// Every subject of router.v2, built and read in one place.
import type { RpcContract, StopContract } from './define.ts';
import { RouterError } from './errors.ts';
import { isTenantPath } from './tokens.ts';
import { verbs, type Verb } from './chat.ts';

export const root = 'router.v2';

/** Words with a meaning of their own after `router.v2.`: never the name of a service. */
export const reservedWords: readonly string[] =
  'request stage control cancel holder health event meter spend rate stream live resume batch blob feedback'.split(' ');

/** Where a tenant's client publishes a request. */
export function requestSubject(verb: Verb, tenant: string): string {
  return `${root}.request.${verb}.${tenant}`;
}

/**
 * Read verb and tenant from the subject of a request: the only place either is taken from.
 * @throws RouterError `not_found` for an unknown verb, `invalid_request` for a bad tenant path
 */
export function parseRequestSubject(subject: string): { verb: Verb; tenant: string } {
  const dot = subject.indexOf('.', verbAt);
  const end = dot === -1 ? subject.length : dot;
  const named = subject.startsWith(requestPrefix) ? subject.slice(verbAt, end) : '';
  const verb = verbs.find((one) => one === named);
  if (verb === undefined)
    throw new RouterError('not_found', `no verb "${named}"; it is chat, embed or decide`, { param: 'subject' });
  return { verb, tenant: checkedTenant(subject.slice(end + 1)) };
}

const requestPrefix = `${root}.request.`;
const verbAt = requestPrefix.length;

/** The tenant path that a subject ends in, from the given token on. @throws RouterError `invalid_request` */
export function tailTenant(tokens: readonly string[], from: number): string {
  return checkedTenant(tokens.slice(from).join('.'));
}

function checkedTenant(tenant: string): string {
  if (isTenantPath(tenant)) return tenant;
  throw new RouterError(
    'invalid_request',
    `subject: tenant path "${tenant.slice(0, 80)}" must be 1 to 4 tokens of a-z, 0-9, "_" and "-", at most 63 each`,
    { param: 'subject' },
  );
}

/** The name of a stop, as itineraries, trails and errors hold it: `cost`, `provider.openai`. */
export function stopName(stop: Pick<StopContract, 'name' | 'per'>, member?: string): string {
  return member === undefined ? stop.name : `${stop.name}.${member}`;
}

/** The subject a stop listens on; `*` as the member stands for all members of its family. */
export function stopSubject(stop: Pick<StopContract, 'name' | 'per'>, member?: string): string {
  return `${root}.stage.${stop.name}${stop.per === undefined ? '' : `.${member ?? '*'}`}`;
}

/** The queue group of a stop: one for each member of a family. */
export function stopQueue(stop: Pick<StopContract, 'name' | 'per' | 'queue'>, member?: string): string {
  if (stop.queue !== undefined) return stop.queue;
  return stop.per === undefined ? stop.name : `${stop.name}-${member ?? '*'}`;
}

// Matches tokens joined by dots.
const stopPattern = /^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/;

/** The subject of a stop by the name that an itinerary holds: `cost`, `provider.openai`. @throws RouterError `internal` when it is no stop name */
export function stageSubject(stopName: string): string {
  if (!stopPattern.test(stopName)) throw new RouterError('internal', `"${stopName}" is no stop`);
  return `${root}.stage.${stopName}`;
}

/** Where limits, cancels and 503 notices reach one connection; the token is 128 random bits, for nuids can be guessed. */
export function controlSubject(service: string, connection: string, token: string): string {
  return `${root}.control.${service}.${connection}.${token}`;
}

/** Where a tenant's client cancels by request id. */
export function cancelSubject(tenant: string): string {
  return `${root}.cancel.${tenant}`;
}

export function rpcSubject(contract: Pick<RpcContract, 'service' | 'verb'>, tenant: string): string {
  return `${root}.${contract.service}.${contract.verb}.${tenant}`;
}

export function meterSubject(tenant: string): string {
  return `${root}.meter.${tenant}`;
}

/** The counter of requests or tokens of a limit's scope in one minute of the epoch. */
export function rateSubject(
  metric: 'requests' | 'tokens',
  { scope, tenant }: { readonly scope: string; readonly tenant: string },
  minute: number,
): string {
  return `${root}.rate.${metric}.${scope}.${minute}.${tenant}`;
}

export function eventSubject(contract: { readonly entity: string; readonly verb: string }, tenant: string): string {
  return `${root}.event.${contract.entity}.${contract.verb}.${tenant}`;
}

/** The prefix of a service's own inboxes: nobody else may subscribe to it or name it. */
export function serviceInbox(service: string): string {
  return `_SVC.${service}`;
}

/** The prefix that a tenant's client gets its answers below; with `ROUTER_TENANT_INBOX=1` nowhere else. */
export function tenantInbox(tenant: string): string {
  return `_INBOX.${tenant.split('.', 1).join()}`;
}

/** The prefix of operators' inboxes: no tenant's, for a tenant's tokens are lower case. */
export const operatorInbox = '_INBOX.OPERATOR';

/** The tenant that platform-wide documents and administration belong to. */
export const platformTenant = 'platform';
