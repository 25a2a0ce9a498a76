// What the documents say of a tenant: its own, its ancestors', and the platform's.
import { lineage, platformTenant, type TenantDocument } from '@router-mesh/contracts';
import { limitsOn, type Levels } from './limited.ts';

/** Where a tenant stands by all documents on its path. */
export interface Standing {
  /** The one that holds for it; empty where there is none. */
  readonly document: TenantDocument;
  readonly suspended: boolean;
  /** Undefined when there are none. */
  readonly limits: Levels | undefined;
}

type Documents = ReadonlyMap<string, TenantDocument>;

const nowhere: Standing = { document: {}, suspended: false, limits: undefined };

/** Tenants whose standing is remembered. */
const mostTenants = 10_000;

const standings = new WeakMap<Documents, Map<string, Standing>>();

/** Looked up once for as long as the documents are the same ones: a snapshot's never change. */
export function standingOf(documents: Documents, tenant: string): Standing {
  if (documents.size === 0) return nowhere;
  const known = standings.get(documents) ?? new Map<string, Standing>();
  const found = known.get(tenant);
  if (found !== undefined) return found;
  const standing = {
    document: nearestDocument(documents, tenant) ?? {},
    suspended: isSuspended(documents, tenant),
    limits: limitsOn(documents, tenant),
  };
  if (known.size >= mostTenants) known.clear();
  standings.set(documents, known.set(tenant, standing));
  return standing;
}

/** The document that holds: its own, its nearest ancestor's, or the platform's; undefined when none of them has one. */
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
