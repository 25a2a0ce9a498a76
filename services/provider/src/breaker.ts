// The circuit breaker of one model: calls to one that keeps failing are refused at once, until a single one shows that it is well again.
import { RouterError } from '@router-mesh/contracts';
import { circuitBreaker, CircuitState, handleWhen, SamplingBreaker, type CircuitBreakerPolicy } from 'cockatiel';
import { CallFailure, NotCalled } from './failure.ts';

/** Open when more calls than this part of those in the window failed, where nothing else is said. */
const defaultRate = 0.5;
const windowMs = 30_000;

export type BreakerState = 'closed' | 'open' | 'half_open';

export interface BreakerSettings {
  /** Calls in the window below which it never opens; 0: none is ever refused. */
  readonly calls: number;
  /** How long it stays open before it lets a call through to see, ms. */
  readonly openMs: number;
  /** Open when more calls than this part of those in the window failed; 1: never. */
  readonly failureRate?: number;
  /** Who set these numbers, as refusals name it. */
  readonly setBy?: string;
}

/** Of a call: the model answers; for a call that was let through to see that is enough. */
type Alive = () => void;

/**
 * Cockatiel's breaker over the last 30 s (over the last 30 calls where they are fewer than one a second), with two changes: while one call is let
 * through to see, others are refused instead of made to wait for it, and a call that its client gave up proves nothing.
 */
export class Breaker {
  readonly #openMs: number;
  readonly #why: string;
  readonly #policy: CircuitBreakerPolicy | undefined;
  #openedAt = 0;

  constructor({ calls, openMs, failureRate = defaultRate, setBy }: BreakerSettings) {
    this.#openMs = openMs;
    const part = failureRate === defaultRate ? 'half' : `${Math.round(100 * failureRate)} %`;
    this.#why = `not called, for more than ${part} of its last calls failed${setBy === undefined ? '' : ` (${setBy})`}`;
    if (calls === 0 || failureRate >= 1) return;
    const threshold = Math.max(failureRate, Number.EPSILON); // 0 is more than cockatiel takes for a part
    const breaker = new SamplingBreaker({ threshold, duration: windowMs, minimumRps: (calls * 1000) / windowMs });
    this.#policy = circuitBreaker(
      handleWhen((error) => error instanceof Undecided || isFailure(error)),
      { breaker, halfOpenAfter: openMs },
    );
    this.#policy.onBreak(() => (this.#openedAt = Date.now()));
  }

  /** `half_open` as soon as the next call would be let through: whoever keeps calls away from an open breaker would keep it open for ever otherwise. */
  get state(): BreakerState {
    const state = this.#policy?.state ?? CircuitState.Closed;
    if (state === CircuitState.Closed) return 'closed';
    return state === CircuitState.Open && this.#leftMs() > 0 ? 'open' : 'half_open';
  }

  /** Make a call. @throws NotCalled `circuit_open` when it is refused, else what the call throws */
  async run<Result>(call: (alive: Alive) => Promise<Result>): Promise<Result> {
    const policy = this.#policy;
    if (policy === undefined) return await call(() => undefined);
    if (this.state === 'open' || policy.state === CircuitState.HalfOpen) throw this.#refusal();
    const probing = policy.state === CircuitState.Open;
    const alive = Promise.withResolvers<void>();
    const calling = call(alive.resolve);
    const judged: Promise<unknown> = probing ? Promise.race([calling.catch(undecided), alive.promise]) : calling;
    await policy.execute(() => judged).catch(() => undefined); // it threw what `calling` did
    return await calling;
  }

  #leftMs(): number {
    return this.#openedAt + this.#openMs - Date.now();
  }

  #refusal(): NotCalled {
    const retryAfterMs = Math.max(0, this.#leftMs());
    return new NotCalled('circuit_open', this.#why, { retryAfterMs });
  }
}

function isFailure(error: unknown): boolean {
  return error instanceof CallFailure && error.unwell && !(error instanceof NotCalled);
}

/** A call that was let through to see ended without an answer, and not by the model's fault. */
class Undecided extends Error {}

/** What is no failure of the model (a cancel, the deadline, another breaker that refused) says nothing about it. */
function undecided(thrown: unknown): never {
  throw thrown instanceof RouterError || thrown instanceof NotCalled ? new Undecided('', { cause: thrown }) : thrown;
}
