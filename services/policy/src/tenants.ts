// Administration of tenants' documents: each stays at or below the tenant that its subject names.
import {
  isWithin,
  platformTenant,
  policy,
  RouterError,
  tenantOfPolicy,
  tenants,
  type PolicyDocument,
  type TenantDocument,
} from '@router-mesh/contracts';
import type { Handlers, House, Snapshot } from '@router-mesh/kernel';
import { isOver } from './policies/documents/names.ts';
import { isListed, type Catalogue } from './catalogue.ts';

interface Watched {
  readonly current: Snapshot<TenantDocument>;
}

type Administration = Pick<Handlers<typeof policy>, 'tenantList' | 'tenantGet' | 'tenantPut'>;

/** What a document is looked at with, as it stands now. */
export interface Around {
  readonly catalogue: () => Catalogue;
  /** Pointers of policies, by name. */
  readonly policies: () => ReadonlyMap<string, PolicyDocument>;
}

export function tenantAdministration(watched: Watched, around: Around, put: House['put']): Administration {
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
      checkPolicy(tenant, document);
      const written = await put(tenants, tenant, document, revision);
      const warnings = [...warningsOf(document, around.catalogue()), ...policyWarnings(document, around.policies())];
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

/** @throws RouterError `invalid_request` when it names a policy that is not the tenant's own or of one above it */
function checkPolicy(tenant: string, { policy: named }: TenantDocument): void {
  if (named === undefined || isOver(tenantOfPolicy(named), tenant)) return;
  throw new RouterError(
    'invalid_request',
    `policy "${named}" is of tenant "${tenantOfPolicy(named)}", which is not "${tenant}" or above it`,
    { param: 'document.policy' },
  );
}

/** What is named holds, whether it is there or not: so it is said at once. */
function policyWarnings({ policy: named }: TenantDocument, policies: ReadonlyMap<string, PolicyDocument>): string[] {
  if (named === undefined || policies.get(named)?.active !== undefined) return [];
  return [`policy "${named}" has no active version now: until it has, every request is refused`];
}
