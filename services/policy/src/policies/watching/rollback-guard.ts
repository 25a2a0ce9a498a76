// Versions that go back by themselves: a canary that refuses or fails more than the active version, and an active one that does so more than the one before it.
import {
  defaultRollback,
  policyRolledBack,
  RouterError,
  tenantOfPolicy,
  type PolicyDocument,
} from '@router-mesh/contracts';
import type { House } from '@router-mesh/kernel';
import { previousActive, rolledBack, withoutCanary } from '../documents/pointers.ts';
import type { PolicyStore } from '../documents/store.ts';
import type { Held } from '../in-force/held.ts';
import type { Seat } from '../in-force/seat.ts';
import { noFigures, whyBack, type Setback } from './window.ts';

/** How often a version is looked at, ms. */
const everyMs = 250;

/** Who moves a pointer in nobody's name. */
export const itself = 'router-mesh';

export interface GuardSettings {
  /** How long a version that became active is compared with the one before it; 0: never. */
  readonly watchMs: number;
}

export class RollbackGuard {
  readonly #house: Pick<House, 'tallies' | 'instance' | 'log'>;
  readonly #store: PolicyStore;
  readonly #settings: GuardSettings;
  /** When a policy was last looked at. */
  readonly #looked = new Map<string, number>();
  /** Policies of which a pointer is being moved. */
  readonly #moving = new Set<string>();

  constructor(house: Pick<House, 'tallies' | 'instance' | 'log'>, store: PolicyStore, settings: GuardSettings) {
    this.#house = house;
    this.#store = store;
    this.#settings = settings;
  }

  /** A version took the place of another one: it is on probation, unless it was put back itself. */
  seated(seat: Seat, before: Held | undefined, now: number): void {
    seat.probation = undefined;
    const { active, document } = seat;
    const [last] = document.history;
    if (this.#settings.watchMs <= 0 || before === undefined || active === undefined || last?.what !== 'published')
      return;
    const figures = before.window.figures(now);
    if (figures.decisions < defaultRollback.decisions) return; // there is nothing to compare it with
    seat.probation = {
      digest: active.digest,
      before: before.digest,
      figures,
      until: now + this.#settings.watchMs,
    };
  }

  /** A version has decided; a setback is what may make it too many. */
  decided(seat: Seat, held: Held, setback: Setback | undefined, now: number): void {
    held.window.add(setback, now);
    if (setback === undefined || this.#moving.has(seat.name)) return;
    if ((this.#looked.get(seat.name) ?? 0) > now - everyMs) return;
    this.#looked.set(seat.name, now);
    const { canary } = seat.document;
    if (canary !== undefined && held === seat.canary && held !== seat.active) {
      const before = seat.judge?.window.figures(now) ?? nobody;
      const why = whyBack(held.window.figures(now), before, canary.rollback);
      if (why !== undefined) void this.#withdraw(seat, held, why);
    }
    const { probation } = seat;
    if (probation !== undefined && held.digest === probation.digest && held === seat.judge) {
      if (now > probation.until) seat.probation = undefined;
      const why = whyBack(held.window.figures(now), probation.figures, defaultRollback);
      if (why !== undefined && now <= probation.until) void this.#goBack(seat, held, why);
    }
  }

  async #withdraw({ name }: Seat, { digest }: Held, why: string): Promise<void> {
    await this.#move(name, { pointer: 'canary', from: digest, why }, (document) =>
      document.canary?.digest === digest ? withoutCanary(document, { by: itself, at: Date.now(), why }) : document,
    );
  }

  async #goBack({ name }: Seat, { digest }: Held, why: string): Promise<void> {
    await this.#move(name, { pointer: 'active', from: digest, why }, (document) => {
      const to = document.active === digest ? previousActive(document) : undefined;
      return to === undefined ? document : rolledBack(document, to, { by: itself, at: Date.now(), why });
    });
  }

  /** One replica is the first, and tells it; for the others there is nothing left to do. */
  async #move(
    name: string,
    told: { readonly pointer: string; readonly from: string; readonly why: string },
    change: (document: PolicyDocument) => PolicyDocument,
  ): Promise<void> {
    this.#moving.add(name);
    const { tallies, instance, log } = this.#house;
    try {
      const { document, before } = await this.#store.move(name, change);
      if (document === before) return;
      log.warn({ policy: name, ...told }, 'a version of a policy went back by itself');
      const to = document.active === undefined ? {} : { to: document.active };
      tallies.announce(policyRolledBack, tenantOfPolicy(name), { policy: name, ...told, ...to, instance });
    } catch (error) {
      if (!(error instanceof RouterError) || error.code !== 'conflict')
        log.error({ err: error, policy: name, ...told }, 'a version of a policy could not go back by itself');
    } finally {
      this.#moving.delete(name);
    }
  }
}

const nobody = noFigures();
