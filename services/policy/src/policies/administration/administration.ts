// What operators ask about policies, each below the tenant of its subject.
import {
  platformTenant,
  RouterError,
  tenantOfPolicy,
  type policyAdministration,
  type PolicyReport,
} from '@router-mesh/contracts';
import type { Handlers } from '@router-mesh/kernel';
import { defaultPolicy } from '../../decide.ts';
import { checkAdministered, isOver, isSeen } from '../documents/names.ts';
import { findVersion, previousActive, rolledBack, withoutCanary, type Mover } from '../documents/pointers.ts';
import { ofTenant } from '../in-force/policies-in-force.ts';
import type { Seat } from '../in-force/seat.ts';
import { tellDiagnostics } from './diagnostics.ts';
import { canaried, noVersion, publishing, shadowed, type Registry } from './publishing.ts';
import type { PolicyDocument } from '@router-mesh/contracts';

type Administration = Handlers<typeof policyAdministration>;
type Here = Pick<Administration, 'list' | 'get' | 'check' | 'publish' | 'rollback' | 'shadow' | 'canary'>;

const builtIn: PolicyReport = { ...defaultPolicy, of: platformTenant };

/** @param holds the name of the policy that judges a tenant's requests */
export function policyManagement(registry: Registry, holds: (tenant: string) => string): Here {
  return {
    ...publishing(registry),
    list: (_request, { tenant }) => ({
      policies: [builtIn, ...ofTenant(registry.inForce.seats, (one) => isOver(tenant, one)).map(reportOf)],
      holds: holds(tenant),
    }),
    async get({ name, version }, { tenant }) {
      if (name === defaultPolicy.name) return builtIn;
      const seat = registry.inForce.seat(name);
      if (!name.includes('/') || !isSeen(tenant, name))
        throw new RouterError('not_found', `no policy "${name}"`, { param: 'name' });
      const { document, revision } = await registry.store.read(name);
      if (revision === 0) throw new RouterError('not_found', `no policy "${name}"`, { param: 'name' });
      const digest =
        version === undefined
          ? (document.active ?? document.versions[0]?.digest)
          : findVersion(document, version)?.digest;
      if (digest === undefined) throw noVersion(name, version, 'it has no versions');
      const source = await registry.sources.fetch(digest);
      return {
        ...(seat === undefined ? reported(name, document) : reportOf(seat)),
        document,
        revision,
        digest,
        ...(source === undefined ? {} : { source }),
      };
    },
    async rollback({ name, version, by = 'an operator', why, revision: expected }, { tenant }) {
      checkAdministered(tenant, name);
      const mover = { by, at: Date.now(), why };
      const { document, revision, before } = await registry.store.move(
        name,
        (document) => {
          if (version === undefined && document.canary !== undefined) return withoutCanary(document, mover);
          const to = version === undefined ? previousActive(document) : findVersion(document, version)?.digest;
          if (to === undefined) throw noVersion(name, version, 'there is no version before the active one');
          if (to === document.active)
            throw new RouterError('invalid_request', `version "${version ?? to}" is the active one already`, {
              param: 'version',
            });
          return rolledBack(document, to, mover);
        },
        expected,
      );
      const withdrawn = version === undefined && before.canary !== undefined;
      const digest = (withdrawn ? before.canary?.digest : document.active) ?? '';
      return { ...moved(name, document, digest, revision), what: withdrawn ? 'canary_withdrawn' : 'rolled_back' };
    },
    shadow: ({ share, ...request }, { tenant }) =>
      movePointer(request, tenant, (document, mover) => {
        const digest = chosen(request, document, document.shadow?.digest, 'no shadow is running');
        return { digest, document: shadowed(document, digest, share, mover) };
      }),
    canary: ({ canary, ...request }, { tenant }) =>
      movePointer(request, tenant, (document, mover) => {
        const digest = chosen(request, document, document.canary?.digest, 'no canary is running; name a version');
        return { digest, document: canaried(document, digest, canary, mover) };
      }),
  };

  async function movePointer(
    { name, by = 'an operator', revision: expected }: PointerRequest,
    tenant: string,
    change: (document: PolicyDocument, mover: Mover) => { readonly digest: string; readonly document: PolicyDocument },
  ) {
    checkAdministered(tenant, name);
    const mover = { by, at: Date.now() };
    let digest = '';
    const { document, revision } = await registry.store.move(
      name,
      (before) => {
        const changed = change(before, mover);
        digest = changed.digest;
        return changed.document;
      },
      expected,
    );
    return moved(name, document, digest, revision);
  }
}

type PointerRequest = Omit<Parameters<Administration['shadow']>[0], 'share'>;

/** The version that is named, or the one that a pointer is at. */
function chosen(
  { name, version }: PointerRequest,
  document: PolicyDocument,
  current: string | undefined,
  otherwise: string,
): string {
  const digest = version === undefined ? current : findVersion(document, version)?.digest;
  if (digest === undefined) throw noVersion(name, version, otherwise);
  return digest;
}

function moved(name: string, document: PolicyDocument, digest: string, revision: number) {
  const version = findVersion(document, digest)?.version;
  return { name, digest, ...(version === undefined ? {} : { version }), revision };
}

function reportOf(seat: Seat): PolicyReport {
  const { name, document, active, judge } = seat;
  const linked = judge?.linked;
  const diagnostics = active === undefined ? [] : [...active.diagnostics, ...active.missing];
  return {
    ...reported(name, document),
    ...(active === undefined ? {} : { state: active.state }),
    ...(linked === undefined ? {} : { bundle: linked.digest }),
    ...(active === undefined || diagnostics.length === 0
      ? {}
      : {
          diagnostics: tellDiagnostics(
            diagnostics,
            (file) => active.linked?.sources.find((source) => source.file === file)?.text ?? active.textOf(file),
          ),
        }),
  };
}

function reported(name: string, document: PolicyDocument): PolicyReport {
  const { active, canary, shadow } = document;
  const version = active === undefined ? undefined : findVersion(document, active);
  return {
    name,
    builtin: false,
    of: tenantOfPolicy(name),
    summary: version?.version === undefined ? 'a policy' : `version ${version.version}`,
    ...(version === undefined ? {} : { active: version }),
    ...(canary === undefined ? {} : { canary }),
    ...(shadow === undefined ? {} : { shadow }),
  };
}
