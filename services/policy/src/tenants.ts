// Administration of tenants' documents: each stays at or below the tenant that its subject names.
import { isWithin, platformTenant, policy, RouterError, tenants, type TenantDocument } from '@router-mesh/contracts';
import type { Handlers, House, Snapshot } from '@router-mesh/kernel';
import { isListed, type Catalogue } from './catalogue.ts';

interface Watched {
  readonly current: Snapshot<TenantDocument>;
}

type Administration = Pick<Handlers<typeof policy>, 'tenantList' | 'tenantGet' | 'tenantPut'>;

/** @param catalogue as it stands now */
export function tenantAdministration(watched: Watched, catalogue: () => Catalogue, put: House['put']): Administration {
  return {
    tenantList(_request, { tenant: asked }) {
      const { documents, revisions } = watched.current;
      const found = [...documents]
        .filter(([tenant]) => asked === platformTenant || isWithin(tenant, asked))
        .sort(([one], [other]) => (one < other ? -1 : 1));
      return {
        tenants: found.map(([tenant, document]) => ({ tenant, document, revision: revisions.get(tenant) ?? 0 })),
      };
    },
    tenantGet(_request, { tenant }) {
      const { documents, revisions } = watched.current;
      const document = documents.get(tenant);
      if (document === undefined)
        throw new RouterError('not_found', `tenant "${tenant}" has no document of its own`, { param: 'subject' });
      return { document, revision: revisions.get(tenant) ?? 0 };
    },
    async tenantPut({ document, revision }, { tenant }) {
      const written = await put(tenants, tenant, document, revision);
      const warnings = warningsOf(document, catalogue());
      return { revision: written, ...(warnings.length === 0 ? {} : { warnings }) };
    },
  };
}

/** A model's limits hold under its vendor's own name for it, and a provider may come later than its limits. */
function warningsOf({ limits }: TenantDocument, catalogue: Catalogue): string[] {
  return Object.keys(limits?.models ?? {})
    .filter((model) => !isListed(catalogue, model))
    .map((model) => `no provider has a model "${model}" now, so its limits hold for nothing; an alias is no name here`);
}
