// What this instance knows of each model that it calls: its breaker, its bulkhead and how it did, for the calls to come and for policy.
import type { HealthReport, ModelVitals, ProviderDocument } from '@router-mesh/contracts';
import { Breaker, type Admitted, type BreakerSettings } from './breaker.ts';
import { Bulkhead, type Places } from './bulkhead.ts';
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
  /** As it stood at the last call, and the calls that it allows at once. */
  document?: ProviderDocument;
  most?: number | undefined;
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
   * Let a call go out, and remember how it goes.
   * @throws NotCalled `circuit_open` or `overloaded` when the model's bulkhead or breaker refuses it
   */
  admit(document: ProviderDocument, model: string): Admitted {
    const known = this.#know(document, model);
    const { breaker, bulkhead, vitals } = known;
    if (known.document !== document) {
      known.document = document;
      known.most = limitOf(document, model);
    }
    const places = bulkhead.enter(known.most);
    try {
      return new WatchedCall(vitals, breaker.admit(), places);
    } catch (refusal) {
      places?.giveBack();
      throw refusal;
    }
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
    const known: Known = {
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
class WatchedCall implements Admitted {
  readonly #vitals: Vitals;
  readonly #admitted: Admitted;
  readonly #places: Places | undefined;
  readonly #startedAt = Date.now();
  #firstMs: number | undefined;

  constructor(vitals: Vitals, admitted: Admitted, places: Places | undefined) {
    this.#vitals = vitals;
    this.#admitted = admitted;
    this.#places = places;
    vitals.usedAt = this.#startedAt;
    vitals.inFlight += 1;
  }

  alive(): void {
    this.#firstMs ??= Date.now() - this.#startedAt;
    this.#admitted.alive();
  }

  ended(error?: unknown): void {
    const now = Date.now();
    this.#vitals.inFlight -= 1;
    if (error === undefined) this.#vitals.answered(now, now - this.#startedAt, this.#firstMs);
    else if (error instanceof CallFailure) this.#vitals.failed(now, error.unwell);
    this.#admitted.ended(error);
    this.#places?.giveBack();
  }
}

function limitOf({ models, max_in_flight: most }: ProviderDocument, model: string): number | undefined {
  return models.find(({ name }) => name === model)?.max_in_flight ?? most;
}

function vitalsOf({ breaker, vitals }: Known, now: number): ModelVitals {
  return { ...vitals.read(now), in_flight: vitals.inFlight, breaker: breaker.state };
}
