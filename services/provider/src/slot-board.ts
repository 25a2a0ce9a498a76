// The slots that requests hold, as the shared bucket tells of them: who came first, and how many run. Pure.
import type { LimitScope } from '@router-mesh/contracts';

/** How long after its deadline a request may still be ending, ms. */
export const graceMs = 1000;

interface Slot {
  readonly revision: number;
  /** Epoch ms. */
  readonly deadline: number;
}

/** The key of one slot. @param slot unique: one request may hold several, and try again */
export function slotKey({ scope, tenant }: LimitScope, slot: string): string {
  return `${scope}.${slot}.${tenant}`;
}

export class SlotBoard {
  /** By what they count in, then by key. */
  readonly #slots = new Map<string, Map<string, Slot>>();
  readonly #awaited = new Map<string, { readonly revision: number; readonly arrived: () => void }>();

  began(): void {
    this.#slots.clear();
  }

  put(key: string, { deadline }: { readonly deadline: number }, revision: number): void {
    const name = countedIn(key);
    const slots = this.#slots.get(name) ?? new Map<string, Slot>();
    this.#slots.set(name, slots.set(key, { revision, deadline }));
    const awaited = this.#awaited.get(key);
    if (awaited?.revision === revision) awaited.arrived();
  }

  removed(key: string): void {
    const slots = this.#slots.get(countedIn(key));
    slots?.delete(key);
    if (slots?.size === 0) this.#slots.delete(countedIn(key));
  }

  /** Resolves when a slot of ours is seen here, and with it every one that was written before it; false when that takes too long. */
  async seen(key: string, revision: number, timeoutMs: number): Promise<boolean> {
    if (this.#slots.get(countedIn(key))?.get(key)?.revision === revision) return true;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), timeoutMs);
    this.#awaited.set(key, { revision, arrived: () => resolve(true) });
    const seen = await promise;
    clearTimeout(timer);
    this.#awaited.delete(key);
    return seen;
  }

  /**
   * The place of a slot among those that are held: 1 is the first.
   *
   * INVARIANT (never above the limit): of the slots that are held at any time, the last one written was let in only after all the others
   * had been counted, for it was seen here after them.
   */
  rank({ scope, tenant }: LimitScope, revision: number, now: number): number {
    const slots = this.#slots.get(`${scope} ${tenant}`)?.values() ?? [];
    let rank = 0;
    for (const slot of slots) if (slot.revision <= revision && slot.deadline + graceMs > now) rank += 1;
    return rank;
  }

  /** How many are held. */
  held(scope: LimitScope, now: number): number {
    return this.rank(scope, Number.POSITIVE_INFINITY, now);
  }
}

/** What a key's slot counts in: scope and tenant, without the slot between them. */
function countedIn(key: string): string {
  const [scope = '', , ...tenant] = key.split('.');
  return `${scope} ${tenant.join('.')}`;
}
