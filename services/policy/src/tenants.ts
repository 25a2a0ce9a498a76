// Administration of tenants' documents: each stays at or below the tenant that its subject names.
import { isWithin, platformTenant, policy, RouterError, tenants, type TenantDocument } from '@router-mesh/contracts';
import type { Handlers, House, Snapshot } from '@router-mesh/kernel';

interface Watched {
  readonly current: Snapshot<TenantDocument>;
}

type Administration = Pick<Handlers<typeof policy>, 'tenantList' | 'tenantGet' | 'tenantPut'>;

export function tenantAdministration(watched: Watched, put: House['put']): Administration {
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
    tenantPut: async ({ document, revision }, { tenant }) => ({
      revision: await put(tenants, tenant, document, revision),
    }),
  };
}
