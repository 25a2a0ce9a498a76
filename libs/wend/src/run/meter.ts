// What a layer spends, and the failure that ends it when it may spend no more.
import type { At } from '../ir/ir.ts';
import { valueLimits, type RunLimits } from '../limits.ts';

/** Ends a layer. The request is denied: `unavailable`, for this reason. */
export class PolicyFailure extends Error {
  readonly reason: 'policy_limit' | 'policy_error';
  readonly at: At;

  constructor(reason: 'policy_limit' | 'policy_error', message: string, at: At) {
    super(message);
    this.reason = reason;
    this.at = at;
  }
}

export class Meter {
  readonly limits: RunLimits;
  /** What is left. */
  fuel: number;
  bytes: number;
  depth: number;
  /** Levels of expressions and statements within calls within calls. */
  levels: number;
  /** How many more effects may be said. */
  effects: number;

  constructor(limits: RunLimits) {
    this.limits = limits;
    this.fuel = limits.fuel;
    this.bytes = limits.bytes;
    this.depth = limits.depth;
    this.levels = valueLimits.levels;
    this.effects = valueLimits.effects;
  }

  /** @throws PolicyFailure when there is not so much left */
  burn(fuel: number, at: At): void {
    this.fuel -= fuel;
    if (this.fuel < 0) throw new PolicyFailure('policy_limit', `more than ${this.limits.fuel} units of fuel`, at);
  }

  /** @throws PolicyFailure when there is not so much left */
  allocate(bytes: number, at: At): void {
    this.bytes -= bytes;
    if (this.bytes < 0) throw new PolicyFailure('policy_limit', `more than ${this.limits.bytes} bytes of values`, at);
  }
}
