// Which limits a request counts in: those of every tenant on its path that has some, and of the platform. Pure, but for the hash of a name.
import { createHash } from 'node:crypto';
import {
  lineage,
  modelId,
  platformTenant,
  type Candidate,
  type LimitName,
  type Limits,
  type LimitScope,
  type TenantDocument,
  type TenantLimits,
} from '@router-mesh/contracts';

/** One limit of one tenant. */
export interface Limited extends LimitScope {
  readonly name: LimitName;
  readonly limit: number;
}

/** What tenants on one path have as limits, nearest first. */
export type Levels = readonly (readonly [tenant: string, limits: TenantLimits])[];

/** The limits of a tenant path; undefined, the common case, when there are none. */
export function limitsOn(documents: ReadonlyMap<string, TenantDocument>, tenant: string): Levels | undefined {
  const found: (readonly [string, TenantLimits])[] = [];
  for (const level of new Set([...lineage(tenant), platformTenant])) {
    const limits = documents.get(level)?.limits;
    if (limits !== undefined) found.push([level, limits]);
  }
  return found.length === 0 ? undefined : found;
}

/** The same limits with a tenant's own ones tightened: the tighter of each counts, in the same counter. */
export function tightened(levels: Levels | undefined, tenant: string, { rpm, tpm, concurrency }: Limits): Levels {
  const own = levels?.find(([level]) => level === tenant)?.[1] ?? {};
  const least = (one: number | undefined, other: number | undefined): number | undefined =>
    one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
  const merged: TenantLimits = {
    ...own,
    rpm: least(own.rpm, rpm),
    tpm: least(own.tpm, tpm),
    concurrency: least(own.concurrency, concurrency),
  };
  return [[tenant, merged], ...(levels ?? []).filter(([level]) => level !== tenant)];
}

/** Models whose limits are remembered, of one tenant path. */
const mostModels = 100;

const remembered = new WeakMap<Levels, Map<string, readonly Limited[]>>();

/** The limits that hold for a request whose first candidate this is; worked out once for as long as the levels are the same ones. */
export function limitsFor(levels: Levels, candidate: Candidate): readonly Limited[] {
  const model = modelId(candidate);
  const known = remembered.get(levels) ?? new Map<string, readonly Limited[]>();
  const found = known.get(model);
  if (found !== undefined) return found;
  const limits = ofModel(levels, model);
  if (known.size >= mostModels) known.clear();
  remembered.set(levels, known.set(model, limits));
  return limits;
}

function ofModel(levels: Levels, model: string): Limited[] {
  return levels.flatMap(([tenant, { models, ...all }]) => {
    const own = models !== undefined && Object.hasOwn(models, model) ? models[model] : undefined;
    return [
      ...listed(all, { tenant, scope: 'all' }),
      ...(own === undefined ? [] : listed(own, { tenant, scope: scopeOf(model), model })),
    ];
  });
}

function listed(limits: Readonly<Partial<Record<LimitName, number | undefined>>>, scope: LimitScope): Limited[] {
  return (['rpm', 'tpm', 'concurrency'] as const).flatMap((name) => {
    const limit = limits[name];
    return limit === undefined ? [] : [{ name, limit, ...scope }];
  });
}

/** A model's name as one token, whatever is in it. */
function scopeOf(model: string): string {
  return `m-${createHash('sha256').update(model).digest('hex').slice(0, 16)}`;
}
