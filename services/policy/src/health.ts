// How models do: what the instances of provider say, taken together. Pure: the clock comes in as an argument.
import type { Candidate, HealthReport, ModelVitals } from '@router-mesh/contracts';

/** An instance that has said nothing for so long has no voice any more, ms. */
const heardMs = 5000;

/** How one model does, at the median of the instances that called it lately. */
export interface ModelHealth {
  /** It is called, and most of its calls are answered. */
  readonly ok: boolean;
  /** Ms that the slowest twentieth of its answers took at least; undefined when none was answered. */
  readonly p95: number | undefined;
  /** The part of its calls that failed by its own fault, 0 to 1. */
  readonly errors: number;
  /** Its breaker is open: a call would be refused. */
  readonly open: boolean;
}

interface Voice {
  /** When it was heard, by our clock: those of instances are not trusted, epoch ms. */
  readonly at: number;
  readonly models: HealthReport['models'];
}

export class HealthBoard {
  readonly #vendors = new Map<string, Map<string, Voice>>();

  /** Take in what an instance said of a vendor's models. */
  hear({ vendor, instance, models }: HealthReport, now: number): void {
    const voices = this.#vendors.get(vendor) ?? new Map<string, Voice>();
    this.#vendors.set(vendor, voices);
    voices.set(instance, { at: now, models });
    for (const [one, { at }] of voices) if (at <= now - heardMs) voices.delete(one);
  }

  /** How a model does; undefined when no instance that is heard has called it lately. */
  of({ vendor, model }: Candidate, now: number): ModelHealth | undefined {
    const said: ModelVitals[] = [];
    for (const { at, models } of this.#vendors.get(vendor)?.values() ?? []) {
      const vitals = Object.hasOwn(models, model) ? models[model] : undefined;
      if (vitals !== undefined && at > now - heardMs) said.push(vitals);
    }
    return said.length === 0 ? undefined : together(said);
  }

  /** How every model does that was called lately, by `vendor/model`. */
  all(now: number): (readonly [model: string, health: ModelHealth])[] {
    return [...this.#vendors].flatMap(([vendor, voices]) => {
      const models = new Set([...voices.values()].flatMap((voice) => Object.keys(voice.models)));
      return [...models].flatMap((model) => {
        const health = this.of({ vendor, model }, now);
        return health === undefined ? [] : [[`${vendor}/${model}`, health] as const];
      });
    });
  }
}

function together(said: readonly ModelVitals[]): ModelHealth {
  // Of two that disagree the one that can call counts: the other one falls back.
  const open = median(said.map(({ breaker }) => (breaker === 'open' ? 1 : 0))) > 0.5;
  const errors = median(said.map((vitals) => (vitals.calls === 0 ? 0 : vitals.errors / vitals.calls)));
  const times = said.flatMap(({ p95_ms: ms }) => (ms === undefined ? [] : [ms]));
  return { ok: !open && errors <= 0.5, p95: times.length === 0 ? undefined : median(times), errors, open };
}

/** The middle of at least one number; of an even count the mean of the two in the middle. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? 0) + upper) / 2;
}
