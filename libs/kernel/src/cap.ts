// What one stop has in flight against what it may have: counted in requests and in bytes, with room between leaving and coming back. Pure.

/** How much one stop may have in flight before it takes no more. */
export interface CapLimits {
  readonly requests: number;
  /** Of bodies. */
  readonly bytes: number;
}

/**
 * Counts one stop's requests and the bytes of their bodies.
 *
 * INVARIANT (bounded flight): never more than twice the cap is admitted, in requests and in bytes, and never more than one cap of bytes is on its way back.
 * A body that alone is larger than all that is admitted while nothing else is there, or it never could be.
 * Whoever adds something removes it, once: nothing is made for a request to do so, for every request comes through here.
 */
export class Cap {
  readonly #limits: CapLimits;
  #requests = 0;
  #bytes = 0;
  #returningBytes = 0;
  #mostRequests = 0;
  #mostBytes = 0;

  constructor(limits: CapLimits) {
    this.#limits = limits;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The most there ever was at once. */
  get peak(): CapLimits {
    return { requests: this.#mostRequests, bytes: this.#mostBytes };
  }

  /** What is in flight as a share of the cap, by the fuller of the two: 1 at the cap, 2 where nothing is admitted any more. */
  get load(): number {
    return Math.max(this.#requests / this.#limits.requests, this.#bytes / this.#limits.bytes);
  }

  /** At the cap: it is time to leave. */
  get isFull(): boolean {
    return this.load >= 1;
  }

  /** At half of the cap or below: it is time to come back. */
  get hasRoom(): boolean {
    return this.load <= 0.5;
  }

  /** Whether one more may come in. */
  admits(bytes: number): boolean {
    return this.#requests < 2 * this.#limits.requests && fits(this.#bytes, bytes, 2 * this.#limits.bytes);
  }

  /** Whether one more may be held until it is certain that somebody else has it. */
  mayReturn(bytes: number): boolean {
    return fits(this.#returningBytes, bytes, this.#limits.bytes);
  }

  addRequest(): void {
    this.#requests += 1;
    this.#mostRequests = Math.max(this.#mostRequests, this.#requests);
  }

  /** One that was added is over. */
  removeRequest(): void {
    this.#requests -= 1;
  }

  addBody(bytes: number): void {
    this.#bytes += bytes;
    this.#mostBytes = Math.max(this.#mostBytes, this.#bytes);
  }

  /** One that was added is held no more. */
  removeBody(bytes: number): void {
    this.#bytes -= bytes;
  }

  /** One more body is on its way back. */
  addReturning(bytes: number): void {
    this.#returningBytes += bytes;
  }

  /** Somebody else has it, or nobody ever will. */
  removeReturning(bytes: number): void {
    this.#returningBytes -= bytes;
  }
}

function fits(held: number, more: number, limit: number): boolean {
  return held === 0 || held + more <= limit;
}
