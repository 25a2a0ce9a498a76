// Decisions as events, so that one can be explained later: a share of them, bounded, and without what is masked.
import { eventSubject, policyDecided, type MaskableField } from '@router-mesh/contracts';
import type { House } from '@router-mesh/kernel';
import type { Decision, Input } from '@router-mesh/wend';
import type { z } from 'zod';
import type { Held } from '../in-force/held.ts';
import { mask, type Masked } from './masks.ts';
import { fuelOf, outcomeOf } from './outcome.ts';
import { Pace } from './pace.ts';

/** A decision is told in at most so many characters, and so many decisions a second. */
const longest = 64 * 1024;
const mostASecond = 200;

export interface DecisionLogSettings {
  readonly decisionLog: number;
  readonly decisionLogFields: ReadonlySet<MaskableField>;
}

export interface Decided {
  readonly held: Held;
  readonly decision: Decision;
  readonly input: Input;
  readonly catalogue: string;
  readonly request: string;
  readonly tenant: string;
  readonly us: number;
}

type Told = z.input<typeof policyDecided.body>;

export class DecisionLog {
  readonly #house: Pick<House, 'tell' | 'instance'>;
  readonly #share: number;
  readonly #told: ReadonlySet<MaskableField>;
  readonly #pace = new Pace(mostASecond);

  constructor(house: Pick<House, 'tell' | 'instance'>, settings: DecisionLogSettings) {
    this.#house = house;
    this.#share = settings.decisionLog;
    this.#told = settings.decisionLogFields;
  }

  /** Whether this one is to be told; asked first, for a log that is off costs nothing. */
  wants(now: number): boolean {
    if (this.#share <= 0 || (this.#share < 1 && Math.random() >= this.#share)) return false;
    return this.#pace.take(now);
  }

  tell(decided: Decided): void {
    const whole = JSON.stringify(this.#body(decided, mask(decided.input, this.#told)));
    const said = whole.length <= longest ? whole : JSON.stringify(this.#body(decided, bare(decided.input)));
    this.#house.tell(eventSubject(policyDecided, decided.tenant), said);
  }

  #body(decided: Decided, { input, masked }: Masked): Told {
    const { held, decision, catalogue, request, tenant, us } = decided;
    const { name, version, digest } = decision.policy;
    return {
      policy: name,
      ...(version === undefined ? {} : { version }),
      digest,
      ...outcomeOf(decision),
      request,
      tenant,
      at: input.now,
      sources: held.linked?.sources.map((source) => source.digest) ?? [],
      lock: [...held.lock],
      catalogue,
      input: { ...input },
      masked: [...masked],
      seed: input.seed,
      fuel: fuelOf(decision),
      us,
      instance: this.#house.instance,
    };
  }
}

/** Without all that a client may make as long as it likes, and without the many models of health. */
function bare(input: Input): Masked {
  const { input: rest, masked } = mask(input, new Set());
  return { input: { ...rest, health: {} }, masked: [...masked, 'health'] };
}
