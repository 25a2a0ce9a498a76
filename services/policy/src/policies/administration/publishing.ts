// Publishing: a source is checked against what there is now, kept under its digest, and a pointer moves to it.
import {
  defaultRollback,
  extensionStop,
  mainPolicy,
  PolicyName,
  RouterError,
  services,
  type CanaryPointer,
  type PolicyDiagnostic,
  type policyAdministration,
  type PolicyDocument,
  type PolicySource,
} from '@router-mesh/contracts';
import type { Handlers } from '@router-mesh/kernel';
import { hasErrors, parse, type LinkedPolicy } from '@router-mesh/wend';
import { chooseVersion, mayUse } from '../documents/choose.ts';
import { checkAdministered, policyOf } from '../documents/names.ts';
import { activated, findVersion, withCanary, withShadow, withVersion, type Mover } from '../documents/pointers.ts';
import { digestOf, type Sources } from '../documents/sources.ts';
import type { PolicyStore } from '../documents/store.ts';
import { fileOf, type Linker, type Lock, type Resolve } from '../in-force/linker.ts';
import type { PoliciesInForce } from '../in-force/policies-in-force.ts';
import { tellDiagnostics } from './diagnostics.ts';

type Administration = Handlers<typeof policyAdministration>;
type PublishRequest = Parameters<Administration['publish']>[0];
export type CanaryRequest = Parameters<Administration['canary']>[0]['canary'];

export interface Registry {
  readonly inForce: PoliciesInForce;
  readonly linker: Linker;
  readonly sources: Sources;
  readonly store: PolicyStore;
}

/** A source that was checked. */
export interface Checked {
  readonly policy: LinkedPolicy | undefined;
  readonly lock: Lock;
  readonly diagnostics: PolicyDiagnostic[];
}

/**
 * Check a source as a publication of it would be: against the pointers as their leader has them, and the live catalogue.
 * @param given how diagnostics are to name it
 * @param asked the tenant of the subject
 * @throws RouterError `invalid_request` when the policy is not of that tenant or of one below it
 */
export async function checkSource(
  registry: Registry,
  text: string,
  given: string | undefined,
  asked: string,
): Promise<Checked> {
  const name = nameIn(text);
  const named = PolicyName.safeParse(name).success;
  if (name !== undefined && named) checkAdministered(asked, name);
  const leaf = name !== undefined && named ? name : policyOf(asked, mainPolicy);
  const file = given ?? fileOf(name ?? 'policy');
  const made = await registry.linker.link({ file, text }, freshResolver(registry, leaf), registry.inForce.catalogue);
  registry.inForce.leave();
  return {
    policy: hasErrors(made.diagnostics) ? undefined : made.policy,
    lock: made.lock,
    diagnostics: tellDiagnostics(made.diagnostics, made.textOf),
  };
}

/** By the leader's pointers: what was published a moment ago stands there, whatever this replica has heard. */
function freshResolver({ store, sources }: Registry, leaf: string): Resolve {
  const read = new Map<string, PolicyDocument>();
  return (name, range) => {
    if (!PolicyName.safeParse(name).success || !mayUse(leaf, name)) return undefined;
    const document = read.get(name);
    if (document === undefined) return store.read(name).then((found) => read.set(name, found.document));
    return sources.resolve(chooseVersion(document, range)?.digest);
  };
}

/** The name that a source gives itself: whose policies it may stand on depends on it. */
function nameIn(text: string): string | undefined {
  return parse(text, '').source.body?.name.value;
}

export function publishing(registry: Registry): Pick<Administration, 'check' | 'publish'> {
  return {
    async check({ source, file }, { tenant }) {
      const { policy, diagnostics } = await checkSource(registry, source, file, tenant);
      return {
        ok: policy !== undefined,
        ...(policy === undefined ? {} : { name: policy.name }),
        ...(policy?.version === undefined ? {} : { version: policy.version }),
        digest: digestOf(source),
        diagnostics,
      };
    },
    async publish(request, { tenant }) {
      const text = await sourceOf(registry, request, tenant);
      const checked = await checkSource(registry, text, request.file, tenant);
      const policy = publishable(checked, tenant);
      return await publishChecked(registry, request, text, { ...checked, policy });
    },
  };
}

async function publishChecked(
  registry: Registry,
  request: PublishRequest,
  text: string,
  { policy, lock, diagnostics }: Checked & { readonly policy: LinkedPolicy },
): Promise<Awaited<ReturnType<Administration['publish']>>> {
  const { name, version, kind, digest: bundle } = policy;
  const digest = digestOf(text);
  const by = request.by ?? 'an operator';
  const at = Date.now();
  const state = stateOf(request, kind);
  const named = version === undefined ? {} : { version };
  const source: PolicySource = { name, kind, ...named, source: text, lock: [...lock], by, at };
  const change = (document: PolicyDocument): PolicyDocument =>
    pointed(withVersion(document, { digest, ...named, by, at }), request, state, digest, { by, at });
  change((await registry.store.read(name)).document); // what is refused leaves no source behind
  const isNew = await registry.store.keep(digest, source);
  registry.sources.published(digest, isNew ? source : undefined);
  const { document, revision, before } = await registry.store.move(name, change, request.revision);
  dropUnused(registry, before, document);
  return {
    name,
    digest,
    ...named,
    revision,
    state,
    bundle,
    unchanged: document === before,
    diagnostics,
    warnings: needsOf(policy),
  };
}

type State = 'active' | 'canary' | 'shadow';

function stateOf({ canary, shadow }: PublishRequest, kind: LinkedPolicy['kind']): State {
  if (canary !== undefined && shadow !== undefined)
    throw new RouterError('invalid_request', 'a version is a canary or a shadow, not both', { param: 'shadow' });
  const state = canary !== undefined ? 'canary' : shadow !== undefined ? 'shadow' : 'active';
  if (kind === 'library' && state !== 'active')
    throw new RouterError('invalid_request', `a library judges nothing: it cannot be a ${state}`, { param: state });
  return state;
}

/** What stands there already is left as it is. */
function pointed(
  document: PolicyDocument,
  { canary, shadow }: PublishRequest,
  state: State,
  digest: string,
  mover: Mover,
): PolicyDocument {
  if (state === 'canary' && canary !== undefined) return canaried(document, digest, canary, mover);
  if (state === 'shadow' && shadow !== undefined) return shadowed(document, digest, shadow.share, mover);
  if (document.active === digest && document.canary === undefined) return document;
  return activated(document, digest, mover);
}

/** @throws RouterError `invalid_request` when there is nothing that it could be compared with */
export function canaried(
  document: PolicyDocument,
  digest: string,
  { share, by = 'requests', rollback }: CanaryRequest,
  mover: Mover,
): PolicyDocument {
  const beside = comparable(document, digest, 'canary');
  const pointer: CanaryPointer = {
    digest,
    share,
    by,
    rollback: {
      points: rollback?.points ?? defaultRollback.points,
      decisions: rollback?.decisions ?? defaultRollback.decisions,
    },
  };
  return JSON.stringify(beside.canary) === JSON.stringify(pointer) ? beside : withCanary(beside, pointer, mover);
}

/** @throws RouterError `invalid_request` when there is nothing that it could be compared with */
export function shadowed(document: PolicyDocument, digest: string, share: number, mover: Mover): PolicyDocument {
  const beside = share === 0 ? document : comparable(document, digest, 'shadow');
  const same = beside.shadow?.digest === digest && beside.shadow.share === share;
  return same ? beside : withShadow(beside, { digest, share }, mover);
}

function comparable(document: PolicyDocument, digest: string, what: string): PolicyDocument {
  if (document.active === undefined)
    throw new RouterError(
      'invalid_request',
      `there is no active version that a ${what} could stand beside; publish one first`,
      { param: what },
    );
  if (document.active === digest)
    throw new RouterError('invalid_request', `this version is the active one; it cannot be its own ${what}`, {
      param: what,
    });
  return document;
}

async function sourceOf({ store, sources }: Registry, request: PublishRequest, tenant: string): Promise<string> {
  const { source, name, version } = request;
  if (source !== undefined) return source;
  if (name === undefined)
    throw new RouterError('invalid_request', 'say a "source", or the "name" of what was published already', {
      param: 'source',
    });
  checkAdministered(tenant, name);
  const { document } = await store.read(name);
  const digest = version === undefined ? document.canary?.digest : findVersion(document, version)?.digest;
  if (digest === undefined) throw noVersion(name, version, 'no canary is running; name a version');
  const found = await sources.fetch(digest);
  if (found === undefined) throw noVersion(name, version, 'its source is gone');
  return found.source;
}

export function noVersion(name: string, version: string | undefined, otherwise: string): RouterError {
  return new RouterError(
    'not_found',
    version === undefined ? `policy "${name}": ${otherwise}` : `policy "${name}" has no version "${version}"`,
    { param: version === undefined ? 'name' : 'version' },
  );
}

/** @throws RouterError `invalid_request` with the diagnostics when it has errors, or is not of the subject's tenant */
export function publishable({ policy, diagnostics }: Checked, tenant: string): LinkedPolicy {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (policy === undefined || first !== undefined) {
    const where =
      first === undefined ? '' : `: ${first.file}:${first.line}:${first.column}: ${first.code}: ${first.message}`;
    const count = errors.length === 1 ? 'an error' : `${errors.length} errors`;
    throw new RouterError('invalid_request', `the source has ${count}${where}`, {
      param: 'source',
      details: { diagnostics },
    });
  }
  const named = PolicyName.safeParse(policy.name);
  if (!named.success)
    throw new RouterError(
      'invalid_request',
      `"${policy.name}" cannot be published: a name is a tenant path with "/" and a name, as "${tenant.replaceAll('.', '/')}/main"`,
      { param: 'source' },
    );
  checkAdministered(tenant, policy.name);
  return policy;
}

/** INVARIANT (nobody stands on it): a source goes only when no pointer names it and nothing that is linked here was made of it. */
function dropUnused({ store, inForce }: Registry, before: PolicyDocument, after: PolicyDocument): void {
  const kept = new Set(after.versions.map(({ digest }) => digest));
  const used = inForce.inUse();
  store.drop(before.versions.map(({ digest }) => digest).filter((digest) => !kept.has(digest) && !used.has(digest)));
}

/** What the policy will need and nobody runs: no request that comes by such a rule is let through. */
function needsOf({ units }: LinkedPolicy): string[] {
  if ((services as readonly string[]).includes(extensionStop.service)) return [];
  const named = units.flatMap(({ literals }) => literals.filter(({ kind }) => kind === 'extension'));
  return [...new Set(named.map(({ text }) => text))].map(
    (extension) =>
      `it uses the extension "${extension}", and this version of the mesh has no service for extensions: what is required is refused, what is optional skipped`,
  );
}
