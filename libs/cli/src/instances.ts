// The instances of the mesh as discovery tells of them (`$SRV.STATS`, ADR-32), and what became of their numbers in a while. Pure.
import { InstanceStats, type SpoolStats, type StoreFill, type Timing, type Totals } from '@router-mesh/contracts';

/** How one stop or rpc does, with requests a second in the time between two looks. */
export interface RatedTiming extends Timing {
  readonly rate: number;
}

export interface Instance {
  readonly service: string;
  readonly instance: string;
  readonly version: string;
  /** Epoch ms. */
  readonly started: number;
  /** What it waits for; empty when it is ready. */
  readonly missing: readonly string[];
  /** What is wrong and goes on. */
  readonly notes: readonly string[];
  /** By stop or rpc; a stop that was never asked has zeros. */
  readonly stops: Readonly<Record<string, RatedTiming>>;
  /** Revision in force, by bucket. */
  readonly snapshots: Readonly<Record<string, number>>;
  readonly totals: Totals;
  /** What waits on its disk for JetStream; absent where nothing can. */
  readonly spool?: SpoolStats;
  /** How full the stores of its service are, by name. */
  readonly stores: Readonly<Record<string, StoreFill>>;
}

interface StatsReply {
  readonly name: string;
  readonly id: string;
  readonly version: string;
  readonly started: string;
  readonly endpoints?: readonly { readonly data?: unknown }[];
}

const never = { requests: 0, errors: 0, in_flight: 0, p50_ms: 0, p99_ms: 0 };

/** Read one reply; undefined for a service that is none of the mesh. */
export function readInstance(reply: unknown): Instance | undefined {
  const { name, version, started, endpoints } = reply as StatsReply;
  const parsed = InstanceStats.safeParse(endpoints?.[0]?.data);
  if (!parsed.success) return undefined;
  const { instance, stops, timings, totals, missing, snapshots, notes, spool, stores = {} } = parsed.data;
  const names = [...new Set([...stops, ...Object.keys(timings)])].sort();
  return {
    service: name,
    instance,
    version,
    started: Date.parse(started),
    missing,
    notes,
    stops: Object.fromEntries(names.map((stop) => [stop, { ...(timings[stop] ?? never), rate: 0 }])),
    snapshots,
    totals,
    ...(spool === undefined ? {} : { spool }),
    stores,
  };
}

/** The instances of the later look, by name, with their rates since the earlier one. */
export function withRates(before: readonly Instance[], now: readonly Instance[], seconds: number): Instance[] {
  const earlier = new Map(before.map((instance) => [instance.instance, instance]));
  const rated = now.map((instance) => {
    const past = earlier.get(instance.instance);
    const stops = Object.entries(instance.stops).map(([stop, timing]) => {
      const more = past === undefined ? 0 : timing.requests - (past.stops[stop]?.requests ?? 0);
      return [stop, { ...timing, rate: Math.round((more / seconds) * 10) / 10 }] as const;
    });
    return { ...instance, stops: Object.fromEntries(stops) };
  });
  return rated.sort((a, b) => a.service.localeCompare(b.service) || a.started - b.started);
}
