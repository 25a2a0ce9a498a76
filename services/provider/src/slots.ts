// Concurrency: a request gets a slot of each of its limits before a model is called for it, and gives them back when it leaves this stop.
import {
  platformTenant,
  RouterError,
  slots,
  slotsAway,
  type LimitScope,
  type LimitsReport,
} from '@router-mesh/contracts';
import { newUlid, Outage, type House } from '@router-mesh/kernel';
import { graceMs, SlotBoard, slotKey } from './slot-board.ts';

/** How long the shared bucket may take for a slot, and for telling of it, ms each. */
const timeoutMs = 1000;

/** A limit that a slot is of. */
export interface SlotLimit extends LimitScope {
  readonly limit: number;
}

/** What a request is let in with; give it back when it leaves. */
export interface Held {
  readonly report: NonNullable<LimitsReport['concurrency']>;
  giveBack(): void;
}

type SlotsHouse = Pick<House, 'instance' | 'log' | 'tallies'>;

/** The slots of one instance. */
export class Slots {
  readonly #house: SlotsHouse;
  readonly #board = new SlotBoard();
  readonly #mirror: { restart(): void };
  readonly #outage: Outage;
  /** What runs here, by limit. */
  readonly #running = new Map<string, number>();
  /** How long a slot was held of late, ms. */
  #meanMs = 1000;

  constructor(house: SlotsHouse) {
    this.#house = house;
    const { tallies, log, instance } = house;
    this.#mirror = tallies.mirror(slots, this.#board);
    this.#outage = new Outage({
      probe: () => this.#probe(),
      began(message) {
        log.warn({ reason: message }, 'concurrency slots are away; limits are held to what this instance runs');
        tallies.announce(slotsAway, platformTenant, { instance, message });
      },
      ended: () => log.info('concurrency slots are back'),
    });
    tallies.gauge('router_slots_away', '1 while concurrency slots cannot be had', () => Number(this.#outage.lasts));
  }

  /**
   * Get a slot of each limit. @param deadline epoch ms: until then a slot is held should this process die
   * @throws RouterError `rate_limited` when one of them has none left; then none is held
   */
  async take(limits: readonly SlotLimit[], deadline: number): Promise<Held> {
    const since = Date.now();
    const taken: { readonly limit: SlotLimit; readonly key: string; readonly inUse: number }[] = [];
    const leave = (): void => {
      for (const { limit, key } of taken.splice(0)) this.#leave(limit, key);
    };
    try {
      for (const limit of limits) taken.push(await this.#takeOne(limit, deadline));
    } catch (error) {
      leave();
      throw error;
    }
    return {
      report: tightest(taken.map(({ limit, inUse }) => ({ limit: limit.limit, in_use: inUse }))),
      giveBack: () => {
        if (taken.length === 0) return;
        this.#meanMs += (Date.now() - since - this.#meanMs) / 16;
        leave();
      },
    };
  }

  async #takeOne(limit: SlotLimit, deadline: number): Promise<{ limit: SlotLimit; key: string; inUse: number }> {
    const key = slotKey(limit, newUlid());
    const inUse = this.#outage.lasts ? undefined : await this.#shared(limit, key, deadline);
    const here = this.#count(limit, 1);
    // What the others run is not known while the bucket is away.
    if (inUse === undefined && here > limit.limit) {
      this.#leave(limit, key);
      throw this.#full(limit);
    }
    return { limit, key, inUse: inUse ?? here };
  }

  /** The place that a new slot got; undefined when the bucket is away. @throws RouterError `rate_limited` */
  async #shared(limit: SlotLimit, key: string, deadline: number): Promise<number | undefined> {
    const { tallies } = this.#house;
    // A full board is no reason to refuse: what was given back a moment ago is not known here yet. But behind as many again there is no hope.
    if (this.#board.held(limit, Date.now()) >= 2 * limit.limit) throw this.#full(limit);
    try {
      const ttlMs = deadline - Date.now() + graceMs;
      const revision = await tallies.putExpiring(slots, key, { deadline }, { ttlMs, timeoutMs });
      await this.#see(key, revision);
      const rank = this.#board.rank(limit, revision, Date.now());
      if (rank <= limit.limit) return rank;
    } catch (error) {
      this.#outage.begin(error);
      return undefined;
    }
    tallies.removeExpiring(slots, key);
    throw this.#full(limit);
  }

  #leave(limit: SlotLimit, key: string): void {
    this.#count(limit, -1);
    this.#house.tallies.removeExpiring(slots, key);
  }

  /** How many of a limit run here after one more or less does. */
  #count({ scope, tenant }: SlotLimit, change: 1 | -1): number {
    const name = `${scope} ${tenant}`;
    const now = (this.#running.get(name) ?? 0) + change;
    if (now > 0) this.#running.set(name, now);
    else this.#running.delete(name);
    return now;
  }

  /** Back is what takes a slot and tells of it. */
  async #probe(): Promise<void> {
    const key = slotKey({ scope: 'probe', tenant: platformTenant }, newUlid());
    const options = { ttlMs: graceMs, timeoutMs };
    const revision = await this.#house.tallies.putExpiring(slots, key, { deadline: Date.now() }, options);
    await this.#see(key, revision);
  }

  /** A bucket that was made anew takes slots and tells nothing of them to those who followed the old one. */
  async #see(key: string, revision: number): Promise<void> {
    if (await this.#board.seen(key, revision, timeoutMs)) return;
    this.#mirror.restart();
    throw new Error('a slot was written and not seen');
  }

  /** One slot becomes free every `mean / limit` ms or so. */
  #full({ tenant, model, limit }: SlotLimit): RouterError {
    const whose = tenant === platformTenant ? 'the mesh' : `tenant "${tenant}"`;
    const of = model === undefined ? '' : ` for model "${model}"`;
    const message = `${whose} has ${limit} requests under way${of}, which is its limit`;
    const freeMs = Math.min(5000, Math.max(50, this.#meanMs / limit));
    return new RouterError('rate_limited', message, {
      details: {
        limit: 'concurrency',
        tenant,
        ...(model === undefined ? {} : { model }),
        value: limit,
        retry_after_ms: Math.ceil(freeMs * (1 + Math.random())),
      },
    });
  }
}

/** The one with the fewest slots left. */
function tightest(reports: readonly Held['report'][]): Held['report'] {
  const [first, ...others] = reports;
  if (first === undefined) throw new RouterError('internal', 'a request was to get a slot of no limit');
  return others.reduce((least, next) => (next.limit - next.in_use < least.limit - least.in_use ? next : least), first);
}
