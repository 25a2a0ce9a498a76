// Numbers of a service: for Prometheus, and for `$SRV.STATS`. Labels are bounded: stops, codes, buckets; never text of tenants, models or clients.
import type { Timing, Totals } from '@router-mesh/contracts';
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { StopCounts } from './stop-counts.ts';
import { StopSeconds } from './stop-seconds.ts';

export class Counts {
  readonly registry = new Registry();
  readonly #stops = new Map<string, StopCounts>();
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
    new StopSeconds(this.registry, this.#stops);
    const inFlight = new Gauge({
      name: 'router_in_flight',
      help: 'Requests that a stop or rpc is working on',
      labelNames: ['stop'],
      registers: [this.registry],
      collect: () => {
        for (const [stop, counts] of this.#stops) inFlight.set({ stop }, counts.inFlight);
      },
    });
  }

  /** What is counted of a stop or an rpc, by its name. */
  of(stop: string): StopCounts {
    const found = this.#stops.get(stop);
    if (found !== undefined) return found;
    const counts = new StopCounts();
    this.#stops.set(stop, counts);
    return counts;
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
    return Object.fromEntries([...this.#stops].map(([stop, counts]) => [stop, counts.timing()]));
  }

  totals(): Omit<Totals, 'unsent'> {
    return { ...this.#totals };
  }
}
