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
import { findVersion, previousActive, rolledBack, withoutCanary } from '../documents/pointers.ts';
import { ofTenant } from '../in-force/policies-in-force.ts';
import type { Seat } from '../in-force/seat.ts';
import { tellDiagnostics } from './diagnostics.ts';
import { canaried, noVersion, publishing, shadowed, type Shop } from './publishing.ts';
import type { PolicyDocument } from '@router-mesh/contracts';

type Administration = Handlers<typeof policyAdministration>;
type Here = Pick<Administration, 'list' | 'get' | 'check' | 'publish' | 'rollback' | 'shadow' | 'canary'>;

const builtIn: PolicyReport = { ...defaultPolicy, of: platformTenant };

/** @param holds the name of the policy that judges a tenant's requests */
export function policyManagement(shop: Shop, holds: (tenant: string) => string): Here {
  return {
    ...publishing(shop),
    list: (_request, { tenant }) => ({
      policies: [builtIn, ...ofTenant(shop.inForce.seats, (one) => isOver(tenant, one)).map(reportOf)],
      holds: holds(tenant),
    }),
    async get({ name, version }, { tenant }) {
      if (name === defaultPolicy.name) return builtIn;
      const seat = shop.inForce.seat(name);
      if (!name.includes('/') || !isSeen(tenant, name))
        throw new RouterError('not_found', `no policy "${name}"`, { param: 'name' });
      const { document, revision } = await shop.store.read(name);
      if (revision === 0) throw new RouterError('not_found', `no policy "${name}"`, { param: 'name' });
      const digest =
        version === undefined
          ? (document.active ?? document.versions[0]?.digest)
          : findVersion(document, version)?.digest;
      if (digest === undefined) throw noVersion(name, version, 'it has no versions');
      const source = await shop.sources.fetch(digest);
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
      const { document, revision, before } = await shop.store.move(
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
    async shadow({ name, version, share, by = 'an operator', revision: expected }, { tenant }) {
      checkAdministered(tenant, name);
      const mover = { by, at: Date.now() };
      let digest = '';
      const { document, revision } = await shop.store.move(
        name,
        (document) => {
          digest = chosen(name, document, version, document.shadow?.digest, 'no shadow is running');
          return shadowed(document, digest, share, mover);
        },
        expected,
      );
      return moved(name, document, digest, revision);
    },
    async canary({ name, version, canary, by = 'an operator', revision: expected }, { tenant }) {
      checkAdministered(tenant, name);
      const mover = { by, at: Date.now() };
      let digest = '';
      const { document, revision } = await shop.store.move(
        name,
        (document) => {
          digest = chosen(name, document, version, document.canary?.digest, 'no canary is running; name a version');
          return canaried(document, digest, canary, mover);
        },
        expected,
      );
      return moved(name, document, digest, revision);
    },
  };
}

/** The version that is named, or the one that a pointer is at. */
function chosen(
  name: string,
  document: PolicyDocument,
  version: string | undefined,
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
