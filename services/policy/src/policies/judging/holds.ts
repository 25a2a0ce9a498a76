// Which policy judges a request. Pure.
import { lineage, mainPolicy, platformTenant, type PolicyDocument, type TenantDocument } from '@router-mesh/contracts';
import { policyOf } from '../documents/names.ts';

/**
 * The name of the policy that holds for a tenant; undefined when the built-in one does.
 *
 * Level after level, from the tenant up to `platform`: what its document names, else its `main`, if that has an active version. A policy that a
 * document names holds whether it is there or not: who judges then must refuse, for what was meant to hold is not known.
 */
export function policyFor(
  tenant: string,
  documents: ReadonlyMap<string, TenantDocument>,
  pointers: ReadonlyMap<string, PolicyDocument>,
): string | undefined {
  for (const level of new Set([...lineage(tenant), platformTenant])) {
    const named = documents.get(level)?.policy;
    if (named !== undefined) return named;
    const main = policyOf(level, mainPolicy);
    if (pointers.get(main)?.active !== undefined) return main;
  }
  return undefined;
}
