// Which document holds for a tenant: its own, its nearest ancestor's, or the platform's.
import { lineage, platformTenant, type TenantDocument } from '@router-mesh/contracts';

/** Undefined when none of them has one. */
export function nearestDocument<Document>(
  documents: ReadonlyMap<string, Document>,
  tenant: string,
): Document | undefined {
  for (const level of [...lineage(tenant), platformTenant]) {
    const document = documents.get(level);
    if (document !== undefined) return document;
  }
  return undefined;
}

/** Whether a tenant, or any above it, is suspended: what is said below does not lift it. */
export function isSuspended(documents: ReadonlyMap<string, TenantDocument>, tenant: string): boolean {
  return [...lineage(tenant), platformTenant].some((level) => documents.get(level)?.suspended === true);
}
