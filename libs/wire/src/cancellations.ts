// Requests that were cancelled by id: remembered for a while, for a cancel may overtake its request.
import { isWithin, lineage } from '@router-mesh/contracts';

const rememberedMs = 60_000;
const mostRemembered = 100_000;
/** A request's id has 26; what is longer is nobody's, and remembering it would fill the memory. */
const longestId = 64;

interface Running {
  readonly tenant: string;
  cancel(): void;
}

/** What an instance runs and what it was told to cancel. Time in epoch ms comes in as an argument. */
export class Cancellations {
  readonly #running = new Map<string, Set<Running>>();
  /** Key: tenant and request id. In the order of their expiry, for all live equally long. */
  readonly #cancelled = new Map<string, number>();

  /** How many cancels are remembered. */
  get remembered(): number {
    return this.#cancelled.size;
  }

  /** Whether a request was cancelled before it came here. */
  has(tenant: string, request: string, now: number): boolean {
    this.#forget(now);
    return this.#cancelled.size > 0 && lineage(tenant).some((level) => this.#cancelled.has(`${level} ${request}`));
  }

  /** Register a running request; call what is returned when it is over. */
  run(tenant: string, request: string, cancel: () => void): () => void {
    const entry: Running = { tenant, cancel };
    const entries = this.#running.get(request) ?? new Set();
    this.#running.set(request, entries.add(entry));
    return () => {
      entries.delete(entry);
      if (entries.size === 0 && this.#running.get(request) === entries) this.#running.delete(request);
    };
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
