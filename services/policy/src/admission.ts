// Letting a request in: the limits of its tenant and models, the charge in the plan, and the model that is over its limit left out.
import {
  estimateTokens,
  slotsNeed,
  type Candidate,
  type EstimatedBody,
  type Limits,
  type LimitScope,
  type Plan,
  type PlanLimits,
  type TenantDocument,
} from '@router-mesh/contracts';
import { limitsFor, tightened, type Levels, type Limited } from './limited.ts';
import type { Charge, Rates, Ruling } from './rates.ts';
import { standingOf } from './tenant.ts';

export interface Asking {
  readonly documents: ReadonlyMap<string, TenantDocument>;
  readonly tenant: string;
  readonly plan: Plan;
  readonly body: EstimatedBody;
  readonly sizeBytes: number;
  /** Limits of the requesting tenant that its policy sets besides those of its document. */
  readonly tighter?: Limits | undefined;
}

/**
 * The plan with which a request is let in; a promise of it only where a counter had to be asked.
 *
 * A model's limits count the requests of which it is the first candidate. One that is over its limit is left out where others remain.
 * @throws RouterError `rate_limited` when a limit is reached, `too_large` when the request could never be within one; nothing is counted then
 */
export function admit(rates: Rates, asking: Asking): Plan | Promise<Plan> {
  const { documents, tenant, plan, tighter } = asking;
  const { limits: set } = standingOf(documents, tenant);
  const levels = tighter === undefined ? set : tightened(set, tenant, tighter);
  if (levels === undefined) return plan;
  const tokens = tokensOf(asking);
  const attempt = (): Plan | Asked => attemptAll(rates, plan, levels, tokens);
  const first = attempt();
  return isAsked(first) ? admitLater(rates, first, attempt) : first;
}

type Asked = Extract<Ruling, { kind: 'ask' }>;

function isAsked(attempted: Plan | Asked): attempted is Asked {
  return 'leases' in attempted;
}

async function admitLater(rates: Rates, first: Asked, attempt: () => Plan | Asked): Promise<Plan> {
  for (let asked = first; ;) {
    await rates.lease(asked.leases);
    const next = attempt();
    if (!isAsked(next)) return next;
    asked = next;
  }
}

/** Candidate after candidate, until one may be the first. */
function attemptAll(rates: Rates, plan: Plan, levels: Levels, tokens: number): Plan | Asked {
  for (let index = 0; ; index += 1) {
    const candidates = plan.candidates.slice(index);
    const [first] = candidates;
    if (first === undefined) return plan;
    const limits = limitsFor(levels, first);
    const charges = chargesOf(limits, tokens);
    const ruling = rates.rule(charges);
    if (ruling.kind === 'ask') return ruling;
    if (ruling.kind === 'in') return admitted(plan, candidates, limits, ruling, tokens);
    if (ruling.by.model === undefined || candidates.length === 1) throw ruling.error;
  }
}

function chargesOf(limits: readonly Limited[], tokens: number): Charge[] {
  const charges: Charge[] = [];
  for (const limited of limits) {
    const { name } = limited;
    if (name !== 'concurrency') charges.push({ ...limited, name, cost: name === 'rpm' ? 1 : tokens });
  }
  return charges;
}

function admitted(
  plan: Plan,
  candidates: Candidate[],
  limits: readonly Limited[],
  { minute, report }: Extract<Ruling, { kind: 'in' }>,
  tokens: number,
): Plan {
  const charged = limits.filter(({ name }) => name === 'tpm').map(scopeOf);
  const slots = limits
    .filter(({ name }) => name === 'concurrency')
    .map((limited) => ({ ...scopeOf(limited), limit: limited.limit }));
  const told: PlanLimits = {
    minute,
    ...(charged.length === 0 ? {} : { tokens, charged }),
    ...(slots.length === 0 ? {} : { slots }),
    report,
  };
  // A stop that cannot give slots must not go on as if none were needed.
  const needs = slots.length === 0 ? plan.needs : [...plan.needs, slotsNeed];
  return { ...plan, candidates, needs, limits: told };
}

function scopeOf({ tenant, scope, model }: LimitScope): LimitScope {
  return { tenant, scope, ...(model === undefined ? {} : { model }) };
}

/** At least 1: an empty request counts too. */
function tokensOf({ body, sizeBytes }: Asking): number {
  const { input_tokens: input, output_tokens: output = 0 } = estimateTokens(body, sizeBytes);
  return Math.max(1, input + output);
}
