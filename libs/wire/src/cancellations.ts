// Requests that were cancelled by id: remembered for a while, for a cancel may overtake its request.
import { isWithin, lineage } from '@router-mesh/contracts';

const rememberedMs = 60_000;
const mostRemembered = 100_000;
/** A request's id has 26; what is longer is nobody's, and remembering it would fill the memory. */
const longestId = 64;

/** A request that is being worked on. */
export interface Running {
  readonly tenant: string;
  readonly request: string;
  cancel(): void;
}

/** What an instance runs and what it was told to cancel. Time in epoch ms comes in as an argument. */
export class Cancellations {
  /** By request id; several attempts of a request may run here at once. */
  readonly #running = new Map<string, readonly Running[]>();
  /** Key: tenant and request id. In the order of their expiry, for all live equally long. */
  readonly #cancelled = new Map<string, number>();

  /** How many cancels are remembered. */
  get remembered(): number {
    return this.#cancelled.size;
  }

  /** Whether a request was cancelled before it came here. */
  has(tenant: string, request: string, now: number): boolean {
    if (this.#cancelled.size === 0) return false; // as almost always
    this.#forget(now);
    return lineage(tenant).some((level) => this.#cancelled.has(`${level} ${request}`));
  }

  /** Cancel a request when it is asked for, until it leaves. */
  run(running: Running): void {
    const others = this.#running.get(running.request);
    this.#running.set(running.request, others === undefined ? [running] : [...others, running]);
  }

  /** A request is over. */
  leave(running: Running): void {
    const others = (this.#running.get(running.request) ?? []).filter((one) => one !== running);
    if (others.length === 0) this.#running.delete(running.request);
    else this.#running.set(running.request, others);
  }

  /** Cancel what runs under an id, at or below a tenant, and remember it for what is still to come. */
  cancel(tenant: string, request: string, now: number): void {
    if (request.length > longestId) return;
    const key = `${tenant} ${request}`;
    this.#cancelled.delete(key);
    this.#cancelled.set(key, now + rememberedMs);
    this.#forget(now);
    for (const running of this.#running.get(request) ?? []) if (isWithin(running.tenant, tenant)) running.cancel();
  }

  #forget(now: number): void {
    for (const [key, until] of this.#cancelled) {
      if (until > now && this.#cancelled.size <= mostRemembered) return;
      this.#cancelled.delete(key);
    }
  }
}
