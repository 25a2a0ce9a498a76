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

/** The limits of a tenant path, nearest first; undefined, the common case, when there are none. */
export function limitsOn(
  documents: ReadonlyMap<string, TenantDocument>,
  tenant: string,
): readonly (readonly [tenant: string, limits: TenantLimits])[] | undefined {
  const found: (readonly [string, TenantLimits])[] = [];
  for (const level of new Set([...lineage(tenant), platformTenant])) {
    const limits = documents.get(level)?.limits;
    if (limits !== undefined) found.push([level, limits]);
  }
  return found.length === 0 ? undefined : found;
}

/** The same limits with a tenant's own ones tightened: the tighter of each counts, in the same counter. */
export function tightened(
  levels: readonly (readonly [tenant: string, limits: TenantLimits])[] | undefined,
  tenant: string,
  { rpm, tpm, concurrency }: Limits,
): readonly (readonly [tenant: string, limits: TenantLimits])[] {
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

/** The limits that hold for a request whose first candidate this is. */
export function limitsFor(levels: readonly (readonly [string, TenantLimits])[], candidate: Candidate): Limited[] {
  const model = modelId(candidate);
  return levels.flatMap(([tenant, { models, ...all }]) => {
    const ofModel = models !== undefined && Object.hasOwn(models, model) ? models[model] : undefined;
    return [
      ...listed(all, { tenant, scope: 'all' }),
      ...(ofModel === undefined ? [] : listed(ofModel, { tenant, scope: scopeOf(model), model })),
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
