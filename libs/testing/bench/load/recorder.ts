// What one order times and counts; and the times of all orders of a series together.
import { Distribution } from './distribution.ts';
import type { Times } from './order.ts';

const mostFaults = 3;

export class Recorder {
  readonly latency = new Distribution();
  readonly first = new Distribution();
  readonly gap = new Distribution();
  count = 0;
  errors = 0;
  readonly faults = new Set<string>();
  streams = 0;
  frames = 0;
  lost = 0;

  answered(ms: number): void {
    this.count += 1;
    this.latency.record(ms);
  }

  failed(error: unknown): void {
    this.errors += 1;
    if (this.faults.size < mostFaults) this.faults.add(error instanceof Error ? error.message : String(error));
  }

  get times(): Times {
    const first = this.first.spread;
    const gap = this.gap.spread;
    return {
      latency: this.latency.spread,
      ...(first.count > 0 && { first }),
      ...(gap.count > 0 && { gap }),
    };
  }
}

const pools = new Map<string, Recorder>();

/** Add the times of an order to those of its series, and tell them all. */
export function pool(series: string, { latency, first, gap }: Recorder): Times {
  const pooled = pools.get(series) ?? new Recorder();
  pools.set(series, pooled);
  pooled.latency.add(latency);
  pooled.first.add(first);
  pooled.gap.add(gap);
  return pooled.times;
}
