// What an instance tells of itself as the `data` of its endpoints in `$SRV.STATS` (ADR-32): true numbers, where the services library has only its own.
import { z } from 'zod';

/** True handler times of one stop or rpc since the instance started. */
export const Timing = z.object({
  requests: z.number(),
  errors: z.number(),
  in_flight: z.number(),
  p50_ms: z.number(),
  p99_ms: z.number(),
});
export type Timing = z.infer<typeof Timing>;

/** Counted since the instance started. */
export const Totals = z.object({
  /** Forwards that found nobody listening (503). */
  missing: z.number(),
  /** Requests dropped because their return address may not be answered. */
  refused_addresses: z.number(),
  /** Answers that the NATS server refused to publish. */
  refused_publishes: z.number(),
  /** Messages published while the connection to NATS was down. */
  unsent: z.number(),
  /** Requests handed back by a stop above twice its cap. Instances from before it was counted do not tell it, nor `refused`. */
  handed_back: z.number().optional(),
  /** Requests refused because a stop was above twice its cap and nobody else had room. */
  refused: z.number().optional(),
});
export type Totals = z.infer<typeof Totals>;

/** What waits on an instance's disk for JetStream. */
export const SpoolStats = z.object({ records: z.number(), bytes: z.number() });
export type SpoolStats = z.infer<typeof SpoolStats>;

/** How full a stream or bucket is. */
export const StoreFill = z.object({ bytes: z.number(), max_bytes: z.number(), messages: z.number() });
export type StoreFill = z.infer<typeof StoreFill>;

export const InstanceStats = z.object({
  instance: z.string(),
  /** The stops that are served now. */
  stops: z.array(z.string()),
  /** By stop or rpc. */
  timings: z.record(z.string(), Timing),
  totals: Totals,
  /** What it waits for; empty when it is ready. */
  missing: z.array(z.string()),
  /** Revision in force, by bucket. */
  snapshots: z.record(z.string(), z.number()),
  /** What is wrong and goes on. */
  notes: z.array(z.string()),
  /** Absent without `ROUTER_STATE`. */
  spool: SpoolStats.optional(),
  /** Of the streams and buckets that its service owns, by name, as last looked at. */
  stores: z.record(z.string(), StoreFill).optional(),
});
export type InstanceStats = z.infer<typeof InstanceStats>;
