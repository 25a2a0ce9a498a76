// Numbers of a service: for Prometheus, and for `$SRV.STATS`. Labels are bounded: stops, codes, buckets; never text of tenants, models or clients.
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import type { Timing, Totals } from '@router-mesh/contracts';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { isAsItShould } from './outcome.ts';

interface Track {
  requests: number;
  errors: number;
  inFlight: number;
  readonly microseconds: RecordableHistogram;
}

export class Counts {
  readonly registry = new Registry();
  readonly #tracks = new Map<string, Track>();
  readonly #seconds = new Histogram({
    name: 'router_stop_seconds',
    help: 'Time that a stop or rpc worked on a request, by its outcome (ok or an error code)',
    labelNames: ['stop', 'code'],
    buckets: [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300],
    registers: [this.registry],
  });
  readonly #missing = new Counter({
    name: 'router_missing_stops_total',
    help: 'Forwards that found nobody listening',
    labelNames: ['stop'],
    registers: [this.registry],
  });
  readonly #refusedAddresses = new Counter({
    name: 'router_refused_addresses_total',
    help: 'Requests dropped because their return address may not be answered',
    registers: [this.registry],
  });
  readonly #refusedPublishes = new Counter({
    name: 'router_refused_publishes_total',
    help: 'Publishes to return addresses that the NATS server refused',
    registers: [this.registry],
  });
  readonly #left = new Counter({
    name: 'router_stop_leaves_total',
    help: 'How often a stop left its queue group at its cap',
    labelNames: ['stop'],
    registers: [this.registry],
  });
  readonly #handedBack = new Counter({
    name: 'router_handed_back_total',
    help: 'Requests that a stop above twice its cap handed back',
    labelNames: ['stop'],
    registers: [this.registry],
  });
  readonly #refused = new Counter({
    name: 'router_refused_over_cap_total',
    help: 'Requests that a stop above twice its cap refused, for nobody else had room',
    labelNames: ['stop'],
    registers: [this.registry],
  });
  readonly #totals = { missing: 0, refused_addresses: 0, refused_publishes: 0, handed_back: 0, refused: 0 };

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    const inFlight = new Gauge({
      name: 'router_in_flight',
      help: 'Requests that a stop or rpc is working on',
      labelNames: ['stop'],
      registers: [this.registry],
      collect: () => {
        for (const [stop, track] of this.#tracks) inFlight.set({ stop }, track.inFlight);
      },
    });
  }

  /** A request came to a stop; call what is returned with its outcome. */
  begin(stop: string): (code: string) => void {
    const track = this.#track(stop);
    track.inFlight += 1;
    const started = performance.now();
    return (code) => {
      const ms = performance.now() - started;
      track.inFlight -= 1;
      track.requests += 1;
      if (!isAsItShould(code)) track.errors += 1;
      track.microseconds.record(Math.max(1, Math.round(ms * 1000)));
      this.#seconds.observe({ stop, code }, ms / 1000);
    };
  }

  missing(stop: string): void {
    this.#totals.missing += 1;
    this.#missing.inc({ stop });
  }

  refusedAddress(): void {
    this.#totals.refused_addresses += 1;
    this.#refusedAddresses.inc();
  }

  refusedPublish(): void {
    this.#totals.refused_publishes += 1;
    this.#refusedPublishes.inc();
  }

  /** A stop left its queue group at its cap. */
  left(stop: string): void {
    this.#left.inc({ stop });
  }

  handedBack(stop: string): void {
    this.#totals.handed_back += 1;
    this.#handedBack.inc({ stop });
  }

  /** A stop was above twice its cap, and so was everybody else. */
  refused(stop: string): void {
    this.#totals.refused += 1;
    this.#refused.inc({ stop });
  }

  /** A number that changes by itself, read when asked for. */
  gauge(
    name: string,
    help: string,
    read: () => Iterable<readonly [labels: Readonly<Record<string, string>>, value: number]>,
    labelNames: readonly string[],
  ): void {
    const gauge = new Gauge({
      name,
      help,
      labelNames: [...labelNames],
      registers: [this.registry],
      collect: () => {
        gauge.reset(); // what is gone is not shown any more
        for (const [labels, value] of read()) gauge.set(labels, value);
      },
    });
  }

  /** A total that is counted elsewhere, read when asked for. */
  total(name: string, help: string, read: () => number): void {
    const total = new Counter({
      name,
      help,
      registers: [this.registry],
      collect: () => {
        total.reset();
        total.inc(read());
      },
    });
  }

  timings(): Record<string, Timing> {
    const timing = ({ requests, errors, inFlight, microseconds }: Track): Timing => ({
      requests,
      errors,
      in_flight: inFlight,
      p50_ms: requests === 0 ? 0 : microseconds.percentile(50) / 1000,
      p99_ms: requests === 0 ? 0 : microseconds.percentile(99) / 1000,
    });
    return Object.fromEntries([...this.#tracks].map(([stop, track]) => [stop, timing(track)]));
  }

  totals(): Omit<Totals, 'unsent'> {
    return { ...this.#totals };
  }

  #track(stop: string): Track {
    const found = this.#tracks.get(stop);
    if (found !== undefined) return found;
    const track: Track = { requests: 0, errors: 0, inFlight: 0, microseconds: createHistogram() };
    this.#tracks.set(stop, track);
    return track;
  }
}
