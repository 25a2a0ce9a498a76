// Which document holds for a tenant: its own, its nearest ancestor's, or the platform's.
import { lineage, platformTenant } from '@router-mesh/contracts';

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
