// The headers of router.v2: short and few, for encoding and decoding cost microseconds at every hop.

/** Every header of ours, by what it says. */
export const header = {
  request: 'Router-Request',
  timeout: 'Router-Timeout',
  deadline: 'Router-Deadline',
  attempt: 'Router-Attempt',
  frames: 'Router-Frames',
  credit: 'Router-Credit',
  leg: 'Router-Leg',
  hop: 'Router-Hop',
  tenant: 'Router-Tenant',
  reply: 'Router-Reply',
  itinerary: 'Router-Itinerary',
  plan: 'Router-Plan',
  trail: 'Router-Trail',
  frame: 'Router-Frame',
  seq: 'Router-Seq',
  contentType: 'Content-Type',
  contentEncoding: 'Content-Encoding',
  traceparent: 'traceparent',
  tracestate: 'tracestate',
  /** ADR-32 */
  error: 'Nats-Service-Error',
  errorCode: 'Nats-Service-Error-Code',
  messageId: 'Nats-Msg-Id',
  increment: 'Nats-Incr',
  timeToLive: 'Nats-TTL',
} as const;

/** What a client may say at the entry; every other header is discarded there. */
export const entryHeaders: readonly string[] = [
  header.request,
  header.timeout,
  header.attempt,
  header.frames,
  header.credit,
  header.contentType,
  header.contentEncoding,
  header.traceparent,
  header.tracestate,
];

/** The plan in its header when policy writes it, at most: what fails on the way is added to it. */
export const maxNewPlanBytes = 28 * 1024;

/** The plan in its header, at most; JetStream refuses header blocks over 64 KiB. */
export const maxPlanBytes = 32 * 1024;
