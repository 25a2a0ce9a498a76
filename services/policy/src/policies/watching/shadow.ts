// A version that is evaluated beside the one that judges: what it would have decided otherwise is told, and nobody is answered by it.
import { policyDiffered, tenantOfPolicy } from '@router-mesh/contracts';
import type { House } from '@router-mesh/kernel';
import { decide, type Catalogue, type Decision, type Input } from '@router-mesh/wend';
import type { Seat } from '../in-force/seat.ts';
import { isWithinShare } from './canary.ts';
import { differences, outcomeOf } from './outcome.ts';
import { Pace } from './pace.ts';

/** So many differences are told a second at most. */
const mostASecond = 10;

export interface Overheard {
  readonly seat: Seat;
  readonly decision: Decision;
  readonly input: Input;
  readonly catalogue: Catalogue;
  readonly request: string;
  readonly tenant: string;
}

export class Shadows {
  readonly #house: Pick<House, 'tallies'>;
  readonly #pace = new Pace(mostASecond);

  constructor(house: Pick<House, 'tallies'>) {
    this.#house = house;
  }

  /** Evaluate the shadow of a seat, if this request is in its share; once the request has gone on. */
  overhear(overheard: Overheard): void {
    const { seat, request } = overheard;
    const { shadow: pointer } = seat.document;
    if (pointer === undefined || seat.shadow?.linked === undefined) return;
    if (isWithinShare(pointer.share, pointer.digest, request)) setImmediate(() => this.#compare(overheard));
  }

  #compare({ seat, decision, input, catalogue, request, tenant }: Overheard): void {
    const policy = seat.shadow?.linked;
    if (policy === undefined) return;
    const other = decide(policy, { input, catalogue });
    const fields = differences(decision, other);
    if (fields.length === 0 || !this.#pace.take(Date.now())) return;
    this.#house.tallies.announce(policyDiffered, tenantOfPolicy(seat.name), {
      policy: seat.name,
      request,
      tenant,
      active: { ...outcomeOf(decision), digest: decision.policy.digest },
      shadow: { ...outcomeOf(other), digest: other.policy.digest },
      fields,
    });
  }
}
