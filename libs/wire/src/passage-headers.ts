// What travels in the headers of a request from stop to stop.
import {
  asciiJson,
  header,
  isTenantPath,
  maxNewPlanBytes,
  maxPlanBytes,
  Plan,
  RouterError,
} from '@router-mesh/contracts';
import type { MsgHdrs } from '@nats-io/nats-core';
import { anyScriptLine, headerBlock, headerLine, readBlock } from './header-block.ts';

/** The state of a request on its way; times are epoch ms. */
export interface Travel {
  readonly request: string;
  readonly tenant: string;
  /** Where frames go. */
  readonly reply: string;
  readonly deadline: number;
  /** Which publication of the same request this is, from 1. */
  readonly attempt: number;
  /** Whether the answer goes in frames. */
  readonly frames: boolean;
  /** Deltas that the reader takes before its first `limit`; without it there is no flow control. */
  readonly credit?: number | undefined;
  /** How often it was forwarded to another candidate. */
  readonly leg: number;
  readonly trail: string;
  readonly itinerary: readonly string[];
  readonly plan: Plan;
  readonly traceparent?: string | undefined;
  readonly tracestate?: string | undefined;
}

/** What travels, as headers that can still be changed. @throws as `travelBlock` does */
export function encodeTravel(travel: Travel): MsgHdrs {
  return readBlock(travelBlock(travel));
}

/**
 * What travels, as it goes over the wire.
 * @throws RouterError `too_large` when the plan is, `internal` when something is no line of ASCII
 */
export function travelBlock(travel: Travel): string {
  const plan = asciiJson(travel.plan);
  const limit = travel.leg === 0 ? maxNewPlanBytes : maxPlanBytes;
  if (plan.length > limit) {
    const details = { limit, size: plan.length };
    throw new RouterError('too_large', `the plan has ${plan.length} bytes and may have ${limit}`, { details });
  }
  let lines =
    headerLine(header.request, travel.request) +
    headerLine(header.tenant, travel.tenant) +
    anyScriptLine(header.reply, travel.reply) +
    headerLine(header.deadline, String(travel.deadline));
  if (travel.itinerary.length > 0) lines += headerLine(header.itinerary, travel.itinerary.join(','));
  if (travel.attempt > 1) lines += headerLine(header.attempt, String(travel.attempt));
  if (travel.frames) lines += headerLine(header.frames, '1');
  if (travel.credit !== undefined) lines += headerLine(header.credit, String(travel.credit));
  if (travel.leg > 0) lines += headerLine(header.leg, String(travel.leg));
  if (travel.traceparent !== undefined) lines += headerLine(header.traceparent, travel.traceparent);
  if (travel.tracestate !== undefined) lines += headerLine(header.tracestate, travel.tracestate);
  return headerBlock(lines + headerLine(header.trail, travel.trail) + headerLine(header.plan, plan));
}

/**
 * Read the headers that a service sent. Whatever else is there is dropped, `Nats-` headers above all.
 * @throws RouterError `internal` naming the header that is not of its form: only services publish to stages
 */
export function decodeTravel(encoded: MsgHdrs | undefined): Travel {
  const optional = (name: string): string | undefined => encoded?.get(name) || undefined;
  const required = (name: string): string => optional(name) ?? refuse(name);
  const wholeNumber = (name: string, text: string): number => (/^\d{1,16}$/.test(text) ? Number(text) : refuse(name));
  const tenant = required(header.tenant);
  // It becomes part of subjects: one that is too long for the protocol would cost us the connection.
  if (!isTenantPath(tenant)) refuse(header.tenant);
  const itinerary = optional(header.itinerary);
  const credit = optional(header.credit);
  return {
    request: required(header.request),
    tenant,
    reply: required(header.reply),
    deadline: wholeNumber(header.deadline, required(header.deadline)),
    attempt: wholeNumber(header.attempt, optional(header.attempt) ?? '1'),
    frames: optional(header.frames) === '1',
    credit: credit === undefined ? undefined : wholeNumber(header.credit, credit),
    leg: wholeNumber(header.leg, optional(header.leg) ?? '0'),
    trail: optional(header.trail) ?? '',
    itinerary: itinerary === undefined ? [] : itinerary.split(','),
    plan: readPlan(required(header.plan)),
    traceparent: optional(header.traceparent),
    tracestate: optional(header.tracestate),
  };
}

function readPlan(text: string): Plan {
  try {
    return Plan.parse(JSON.parse(text));
  } catch {
    return refuse(header.plan); // without the cause, which quotes the plan
  }
}

function refuse(name: string): never {
  throw new RouterError('internal', `a request whose header ${name} is missing or malformed came to a stage`);
}
