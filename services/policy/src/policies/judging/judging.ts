// A request judged by the policy that holds for it, with all that goes along: figures, shadow, log.
import { policyFailed, tenantOfPolicy, type TenantDocument, type Verb } from '@router-mesh/contracts';
import type { ChatRequest, EmbedRequest, PolicyDocument, SaltDocument } from '@router-mesh/contracts';
import type { House } from '@router-mesh/kernel';
import { decide, type Decision, type Input } from '@router-mesh/wend';
import type { Held } from '../in-force/held.ts';
import type { PoliciesInForce } from '../in-force/policies-in-force.ts';
import type { Seat } from '../in-force/seat.ts';
import type { DecisionLog } from '../watching/decision-log.ts';
import { setbackOf } from '../watching/outcome.ts';
import { Pace } from '../watching/pace.ts';
import type { RollbackGuard } from '../watching/rollback-guard.ts';
import type { Shadows } from '../watching/shadow.ts';
import type { HealthMaps } from './health-map.ts';
import { policyFor } from './holds.ts';
import { inputOf } from './input.ts';
import { planOf, type Planned } from './plan-of.ts';
import { cannotJudge, refusalOf } from './refusals.ts';
import { seedOf } from './seed.ts';

export interface Judge {
  readonly inForce: PoliciesInForce;
  readonly health: HealthMaps;
  readonly guard: RollbackGuard;
  readonly shadows: Shadows;
  readonly log: DecisionLog;
  readonly salt: () => SaltDocument | undefined;
}

/** A request that was found to be of its form. */
export interface Case {
  readonly verb: Verb;
  readonly tenant: string;
  /** The one that holds for the tenant. */
  readonly document: TenantDocument;
  readonly body: ChatRequest | EmbedRequest;
  /** As it came. */
  readonly raw: Readonly<Record<string, unknown>>;
  readonly sizeBytes: number;
  readonly request: string;
  /** Policy's stamp, epoch ms. */
  readonly at: number;
}

export interface Judged extends Planned {
  readonly decision: Decision;
}

/** How long a request waits for its policy to be linked for the first time, ms. */
const patienceMs = 5000;
/** So many failures are told a second at most. */
const mostFailures = 10;
/** Tenants whose policy is remembered. */
const mostTenants = 10_000;

export class Judging {
  readonly #house: Pick<House, 'tallies' | 'instance'>;
  readonly #judge: Judge;
  readonly #failures = new Pace(mostFailures);
  readonly #holding = new Map<string, string | undefined>();

  constructor(house: Pick<House, 'tallies' | 'instance'>, judge: Judge) {
    this.#house = house;
    this.#judge = judge;
  }

  /** The policy that holds for a tenant by these documents; undefined where the built-in one does. */
  holdsFor(
    tenant: string,
    documents: ReadonlyMap<string, TenantDocument>,
    pointers: ReadonlyMap<string, PolicyDocument>,
  ): string | undefined {
    if (this.#holding.has(tenant)) return this.#holding.get(tenant);
    const name = policyFor(tenant, documents, pointers);
    if (this.#holding.size >= mostTenants) this.#holding.clear();
    this.#holding.set(tenant, name);
    return name;
  }

  /** Documents or pointers have changed: other policies may hold. */
  reconsider(): void {
    this.#holding.clear();
  }

  /**
   * Judge a request; a promise only where its policy is linked for the first time.
   * @throws RouterError `denied` or `unavailable` as the policy says, `unavailable` when it cannot judge
   */
  judge(name: string, asked: Case): Judged | Promise<Judged> {
    const seat = this.#judge.inForce.seat(name);
    if (seat?.active === undefined) throw cannotJudge(name, 'no version of it is active');
    const held = seat.judgeOf(asked);
    if (held?.linked !== undefined) return this.#decide(seat, held, asked);
    return this.#afterLinking(seat, seat.active, asked);
  }

  async #afterLinking(seat: Seat, active: Held, asked: Case): Promise<Judged> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise((resolve) => (timer = setTimeout(resolve, patienceMs)));
    await Promise.race([this.#judge.inForce.hurry(active), patience]);
    clearTimeout(timer);
    const held = seat.judgeOf(asked);
    if (held?.linked !== undefined) return this.#decide(seat, held, asked);
    throw cannotJudge(
      seat.name,
      active.state === 'broken' ? 'it does not link; see router policy list' : 'its source cannot be read now',
    );
  }

  #decide(seat: Seat, held: Held, asked: Case): Judged {
    const { inForce, guard, shadows, log } = this.#judge;
    const { linked } = held;
    if (linked === undefined) throw cannotJudge(seat.name, 'it is not linked');
    const { catalogue } = inForce;
    const { at, request, tenant, verb, raw, body } = asked;
    const input = this.inputOf(asked);
    const began = performance.now();
    const decision = decide(linked, { input, catalogue });
    const us = Math.round((performance.now() - began) * 1000);
    guard.decided(seat, held, setbackOf(decision, catalogue, input.request.model), at);
    if (verb !== 'decide' && log.wants(at))
      log.tell({ held, decision, input, catalogue: catalogue.revision, request, tenant, us });
    if (held === seat.judge) shadows.overhear({ seat, decision, input, catalogue, request, tenant });
    if (decision.unavailable !== undefined) this.#tellFailure(decision, request, at);
    const refusal = refusalOf(decision);
    if (refusal !== undefined) throw refusal;
    return { decision, ...planOf(decision, { at, verb, tenant, body: raw, options: body.router }) };
  }

  /** The request as a policy sees it. */
  inputOf({ verb, tenant, document, body, sizeBytes, request, at }: Omit<Case, 'raw'>): Input {
    const { health, salt } = this.#judge;
    const made = salt();
    if (made === undefined) throw cannotJudge(document.policy ?? 'main', 'there is no salt yet');
    const seed = (): string => seedOf(made, tenant, request);
    return inputOf({ verb, tenant, document, body, sizeBytes, health: health.at(at), at, seed });
  }

  /** For the owner of the policy: the client is told only that it failed. */
  #tellFailure({ policy, unavailable }: Decision, request: string, at: number): void {
    if (unavailable === undefined || unavailable.reason === 'no_candidate' || !this.#failures.take(at)) return;
    const { name, version, digest } = policy;
    const { reason, layer, message, position } = unavailable;
    this.#house.tallies.announce(policyFailed, tenantOfPolicy(name), {
      policy: name,
      ...(version === undefined ? {} : { version }),
      digest,
      reason,
      ...(layer === undefined ? {} : { layer }),
      ...(message === undefined ? {} : { message }),
      ...(position === undefined ? {} : { position }),
      request,
      instance: this.#house.instance,
    });
  }
}
