// The circuit breaker of one model: calls to one that keeps failing are refused at once, until a single one shows that it is well again.
import { RouterError } from '@router-mesh/contracts';
import { CircuitState, SamplingBreaker } from 'cockatiel';
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

/** A call that was let through, which is told how it goes. */
export interface Admitted {
  /** The model answers; for a call that was let through to see that is enough. */
  alive(): void;
  /** @param error what was thrown; undefined when answered */
  ended(error?: unknown): void;
}

/**
 * The calls of the last 30 s are counted by cockatiel's window (those of the last 30 calls where they are fewer than one a second). While one call is let
 * through to see, others are refused, and a call that its client gave up proves nothing.
 */
export class Breaker implements Admitted {
  readonly #openMs: number;
  readonly #why: string;
  /** Undefined when it never opens. */
  readonly #window: SamplingBreaker | undefined;
  /** Epoch ms; undefined while it is closed. */
  #openedAt: number | undefined;
  /** The call that was let through to see. */
  #probe: Admitted | undefined;

  constructor({ calls, openMs, failureRate = defaultRate, setBy }: BreakerSettings) {
    this.#openMs = openMs;
    const part = failureRate === defaultRate ? 'half' : `${Math.round(100 * failureRate)} %`;
    this.#why = `not called, for more than ${part} of its last calls failed${setBy === undefined ? '' : ` (${setBy})`}`;
    if (calls === 0 || failureRate >= 1) return;
    const threshold = Math.max(failureRate, Number.EPSILON); // 0 is more than cockatiel takes for a part
    this.#window = new SamplingBreaker({ threshold, duration: windowMs, minimumRps: (calls * 1000) / windowMs });
  }

  /** `half_open` as soon as the next call would be let through: whoever keeps calls away from an open breaker would keep it open for ever otherwise. */
  get state(): BreakerState {
    if (this.#openedAt === undefined) return 'closed';
    return this.#leftMs(this.#openedAt) > 0 && this.#probe === undefined ? 'open' : 'half_open';
  }

  /** Let a call go out. @throws NotCalled `circuit_open` when it may not */
  admit(): Admitted {
    if (this.#openedAt === undefined) return this;
    const leftMs = this.#leftMs(this.#openedAt);
    if (this.#probe !== undefined || leftMs > 0)
      throw new NotCalled('circuit_open', this.#why, { retryAfterMs: Math.max(0, leftMs) });
    return (this.#probe = this.#toSee());
  }

  /** Of a call that went out while it was closed. */
  alive(): void {
    // its end will tell
  }

  /** Of a call that went out while it was closed. */
  ended(error?: unknown): void {
    if (error === undefined) this.#window?.success(CircuitState.Closed);
    else if (isFailure(error) && this.#window?.failure(CircuitState.Closed) === true) this.#openedAt ??= Date.now();
  }

  /** A call that decides whether the breaker closes or opens anew. */
  #toSee(): Admitted {
    const decide = (isWell: boolean): void => {
      if (this.#probe !== probe) return;
      this.#probe = undefined;
      if (isWell)
        this.#window?.success(CircuitState.HalfOpen); // it forgets all before it
      else this.#window?.failure(CircuitState.HalfOpen);
      this.#openedAt = isWell ? undefined : Date.now();
    };
    const probe = {
      alive: () => decide(true),
      ended: (error?: unknown) => decide(!isFailure(error) && !isUndecided(error)),
    };
    return probe;
  }

  #leftMs(openedAt: number): number {
    return openedAt + this.#openMs - Date.now();
  }
}

function isFailure(error: unknown): boolean {
  return error instanceof CallFailure && error.unwell && !(error instanceof NotCalled);
}

/** What is no failure of the model (a cancel, the deadline, another breaker that refused) says nothing about it. */
function isUndecided(error: unknown): boolean {
  return error instanceof RouterError || error instanceof NotCalled;
}
