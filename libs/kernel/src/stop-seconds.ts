// Handler times for Prometheus, rendered from what the stops have counted.
import { Histogram, type Registry } from 'prom-client';
import { boundsOfSeconds, type StopCounts } from './stop-counts.ts';

const name = 'router_stop_seconds';
const help = 'Time that a stop or rpc worked on a request, by its outcome (ok or an error code)';

/** A line of the metric, as the library has it. */
interface Line {
  readonly metricName: string;
  readonly labels: { readonly le?: number | '+Inf' };
  readonly sharedLabels: { readonly stop: string; readonly code: string };
  readonly value: number;
}

/** Nobody observes anything with it: `observe` checks its labels and makes a text of them each time, which cost more than all else that is counted of a request. */
export class StopSeconds extends Histogram<'stop' | 'code'> {
  readonly #stops: ReadonlyMap<string, StopCounts>;

  constructor(registry: Registry, stops: ReadonlyMap<string, StopCounts>) {
    super({ name, help, labelNames: ['stop', 'code'], buckets: [...boundsOfSeconds], registers: [registry] });
    this.#stops = stops;
  }

  /** What the library's own `get`, and its registry, ask for. */
  getForPromString(): Promise<object> {
    return Promise.resolve({ name, help, type: 'histogram', aggregator: 'sum', values: [...this.#lines()] });
  }

  *#lines(): Iterable<Line> {
    for (const [stop, { byCode }] of this.#stops)
      for (const [code, { buckets, seconds, count }] of byCode) {
        const sharedLabels = { stop, code };
        let within = 0;
        for (const [index, le] of [...boundsOfSeconds, '+Inf' as const].entries()) {
          within += buckets[index] ?? 0;
          yield { metricName: `${name}_bucket`, labels: { le }, sharedLabels, value: within };
        }
        yield { metricName: `${name}_sum`, labels: {}, sharedLabels, value: seconds };
        yield { metricName: `${name}_count`, labels: {}, sharedLabels, value: count };
      }
  }
}
