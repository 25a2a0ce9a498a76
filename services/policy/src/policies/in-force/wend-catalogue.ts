// The provider documents as the policy language sees them.
import type { ProviderDocument } from '@router-mesh/contracts';
import { catalogueOf, type Catalogue } from '@router-mesh/wend';

/** @param revision of the bucket: replicas that have read as far have the same catalogue */
export function wendCatalogue(vendors: ReadonlyMap<string, ProviderDocument>, revision: number): Catalogue {
  const documents = [...vendors].filter(([key, { vendor }]) => key === vendor).map(([, document]) => document);
  return catalogueOf(documents, String(revision));
}
