// Whose policy it is, and who may touch it.
import { isWithin, platformTenant, RouterError, tenantOfPolicy } from '@router-mesh/contracts';

/** The platform stands above every tenant. */
export function isOver(asked: string, tenant: string): boolean {
  return asked === platformTenant || isWithin(tenant, asked);
}

/** A tenant sees its own policies, those below it, and those above it, on which it stands. */
export function isSeen(tenant: string, name: string): boolean {
  const owner = tenantOfPolicy(name);
  return isOver(tenant, owner) || isOver(owner, tenant);
}

/**
 * Administration stays below its subject's tenant.
 * @throws RouterError `invalid_request` when the policy is not of that tenant or of one below it
 */
export function checkAdministered(asked: string, name: string): void {
  if (isOver(asked, tenantOfPolicy(name))) return;
  throw new RouterError(
    'invalid_request',
    `policy "${name}" is of tenant "${tenantOfPolicy(name)}", which is not "${asked}" or below it`,
    { param: 'name' },
  );
}

/** The policy of a tenant by its last part: `acme.web`, `main` → `acme/web/main`. */
export function policyOf(tenant: string, last: string): string {
  return `${tenant.replaceAll('.', '/')}/${last}`;
}
