// What this instance knows of each model that it calls: its breaker, its bulkhead and how it did, for the calls to come and for policy.
import type { HealthReport, ModelVitals, ProviderDocument } from '@router-mesh/contracts';
import { Breaker, type BreakerSettings } from './breaker.ts';
import { Bulkhead } from './bulkhead.ts';
import { CallFailure } from './failure.ts';
import { Vitals } from './vitals.ts';

/** Clients name models where `any_model` lets them: what is known of more than this many is forgotten, the longest unused first. */
const mostKnown = 1000;
/** Models in one health report. */
const mostTold = 100;
/** What was not called for so long is not told of, ms. */
const recentMs = 60_000;

interface Known {
  /** Where it was; another place is another model. */
  readonly base: string;
  readonly breaker: Breaker;
  readonly bulkhead: Bulkhead;
  readonly vitals: Vitals;
}

export class Models {
  readonly #settings: BreakerSettings;
  readonly #vendors = new Map<string, Map<string, Known>>();
  #count = 0;

  constructor(settings: BreakerSettings) {
    this.#settings = settings;
  }

  /**
   * Make a call, if the model's bulkhead and breaker let it, and remember how it went.
   * @param call is given what to call as soon as a stream's first piece is there
   * @throws NotCalled `circuit_open` or `overloaded` when no call was made, else what the call throws
   */
  async run<Result>(
    document: ProviderDocument,
    model: string,
    call: (alive: () => void) => Promise<Result>,
  ): Promise<Result> {
    const { breaker, bulkhead, vitals } = this.#know(document, model);
    return await bulkhead.run(limitOf(document, model), () => breaker.run((alive) => watched(vitals, alive, call)));
  }

  /** How a vendor's models do: those with calls in the last minute, the last used first. */
  report(vendor: string, now: number): HealthReport['models'] {
    const told = [...(this.#vendors.get(vendor) ?? [])]
      .filter(([, { vitals }]) => vitals.inFlight > 0 || vitals.usedAt > now - recentMs)
      .sort(([, a], [, b]) => b.vitals.usedAt - a.vitals.usedAt)
      .slice(0, mostTold);
    return Object.fromEntries(told.map(([model, known]) => [model, vitalsOf(known, now)]));
  }

  /** Vendors, and those of their models whose breaker is open. */
  *open(): Iterable<readonly [vendor: string, models: readonly string[]]> {
    for (const [vendor, models] of this.#vendors)
      yield [vendor, [...models].filter(([, { breaker }]) => breaker.state === 'open').map(([model]) => model)];
  }

  #know({ vendor, base_url: base }: ProviderDocument, model: string): Known {
    const models = this.#vendors.get(vendor) ?? new Map<string, Known>();
    this.#vendors.set(vendor, models);
    const found = models.get(model);
    if (found?.base === base) return found;
    if (found === undefined) this.#makeRoom();
    const { calls, openMs } = this.#settings;
    const known = {
      base,
      breaker: new Breaker({ calls, openMs }),
      bulkhead: new Bulkhead(),
      vitals: new Vitals(),
    };
    models.set(model, known);
    return known;
  }

  #makeRoom(): void {
    this.#count += 1;
    if (this.#count <= mostKnown) return;
    let longest: { readonly models: Map<string, Known>; readonly model: string; readonly usedAt: number } | undefined;
    for (const models of this.#vendors.values()) {
      for (const [model, { vitals }] of models) {
        const { inFlight, usedAt } = vitals;
        if (inFlight === 0 && usedAt < (longest?.usedAt ?? Infinity)) longest = { models, model, usedAt };
      }
    }
    if (longest?.models.delete(longest.model) === true) this.#count -= 1;
  }
}

/** A call whose course goes into the vitals. */
async function watched<Result>(
  vitals: Vitals,
  alive: () => void,
  call: (alive: () => void) => Promise<Result>,
): Promise<Result> {
  const startedAt = Date.now();
  let firstMs: number | undefined;
  vitals.usedAt = startedAt;
  vitals.inFlight += 1;
  try {
    const result = await call(() => {
      firstMs ??= Date.now() - startedAt;
      alive();
    });
    vitals.answered(Date.now(), Date.now() - startedAt, firstMs);
    return result;
  } catch (error) {
    if (error instanceof CallFailure) vitals.failed(Date.now(), error.unwell);
    throw error;
  } finally {
    vitals.inFlight -= 1;
  }
}

function limitOf({ models, max_in_flight: most }: ProviderDocument, model: string): number | undefined {
  return models.find(({ name }) => name === model)?.max_in_flight ?? most;
}

function vitalsOf({ breaker, vitals }: Known, now: number): ModelVitals {
  return { ...vitals.read(now), in_flight: vitals.inFlight, breaker: breaker.state };
}
