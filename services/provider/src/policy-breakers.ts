// The breakers that policies ask for, each a policy's own for one model: what one policy gives up early, others may go on calling.
import { modelId, type Candidate, type PlanBreaker } from '@router-mesh/contracts';
import { Breaker, type Admitted } from './breaker.ts';

/** What is known of more than this many is forgotten, the longest unused first. */
const mostKnown = 1000;

interface Known {
  readonly settings: PlanBreaker;
  readonly breaker: Breaker;
}

/** The breakers of one instance, beside those of the provider itself. */
export class PolicyBreakers {
  /** By policy and model, the longest unused first. */
  readonly #known = new Map<string, Known>();

  get size(): number {
    return this.#known.size;
  }

  /**
   * Let a policy's call go out.
   * @returns undefined where the policy has no breaker for the candidate
   * @throws NotCalled `circuit_open` when it refuses the call
   */
  admit(policy: string, candidate: Candidate): Admitted | undefined {
    const { breaker } = candidate;
    return breaker && this.#know(policy, candidate, breaker).admit();
  }

  /** With other numbers it is another breaker: what the old one saw was counted by another measure. */
  #know(policy: string, candidate: Candidate, settings: PlanBreaker): Breaker {
    const key = `${policy} ${modelId(candidate)}`; // no policy's name has a blank
    const found = this.#known.get(key);
    this.#known.delete(key);
    const known =
      found !== undefined && isSame(found.settings, settings)
        ? found
        : { settings, breaker: breakerOf(policy, settings) };
    this.#known.set(key, known);
    this.#forgetLongest();
    return known.breaker;
  }

  #forgetLongest(): void {
    if (this.#known.size <= mostKnown) return;
    const [longest = ''] = this.#known.keys();
    this.#known.delete(longest);
  }
}

function breakerOf(policy: string, { calls, failure_rate: failureRate, open_ms: openMs }: PlanBreaker): Breaker {
  return new Breaker({ calls, openMs, failureRate, setBy: `the breaker of policy "${policy}"` });
}

function isSame(one: PlanBreaker, other: PlanBreaker): boolean {
  return one.calls === other.calls && one.failure_rate === other.failure_rate && one.open_ms === other.open_ms;
}
