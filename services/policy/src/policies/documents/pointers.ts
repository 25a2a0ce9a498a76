// How the pointers of a policy move. Pure: each move makes a new document, with its line in the history.
import {
  keptHistory,
  keptVersions,
  RouterError,
  type CanaryPointer,
  type PolicyChange,
  type PolicyDocument,
  type PolicyHistoryEntry,
  type PolicyVersion,
} from '@router-mesh/contracts';
import { compareVersions } from '@router-mesh/wend';

/** Who moves a pointer, when and why. */
export interface Mover {
  readonly by: string;
  /** Epoch ms. */
  readonly at: number;
  readonly why?: string | undefined;
}

export const noPointers: PolicyDocument = { versions: [], history: [] };

/** The version of a digest, or one by its own name; undefined when there is none. */
export function findVersion({ versions }: PolicyDocument, named: string): PolicyVersion | undefined {
  return versions.find(({ digest }) => digest === named) ?? versions.find(({ version }) => version === named);
}

/** The highest of those that have a version; undefined when none has. */
export function newestOf(versions: readonly PolicyVersion[]): PolicyVersion | undefined {
  return versions.reduce<PolicyVersion | undefined>(
    (best, one) => (one.version !== undefined && isAbove(one.version, best?.version) ? one : best),
    undefined,
  );
}

function isAbove(version: string, other: string | undefined): boolean {
  return other === undefined || (compareVersions(version, other) ?? 0) > 0;
}

/**
 * Add a version.
 *
 * INVARIANT (a version is one text): the same version with another text is refused, and a new one must be higher than all before it.
 * @throws RouterError `conflict`
 */
export function withVersion(document: PolicyDocument, added: PolicyVersion): PolicyDocument {
  if (document.versions.some(({ digest }) => digest === added.digest)) return document;
  const newest = newestOf(document.versions)?.version;
  if (newest !== undefined) {
    const { version } = added;
    if (version === undefined) throw refused(`must name a version above "${newest}", as the ones before it did`);
    if (document.versions.some((one) => one.version === version))
      throw refused(`version "${version}" was published already with another text; raise it above "${newest}"`);
    if ((compareVersions(version, newest) ?? 0) <= 0)
      throw refused(`version "${version}" must be above "${newest}", the newest that was published`);
  }
  return { ...document, versions: fitting([added, ...document.versions], document) };
}

function refused(message: string): RouterError {
  return new RouterError('conflict', message, { param: 'version' });
}

/** What is pointed at stays, however old it is. */
function fitting(versions: readonly PolicyVersion[], { active, canary, shadow }: PolicyDocument): PolicyVersion[] {
  const held = new Set([active, canary?.digest, shadow?.digest]);
  const kept = [...versions];
  for (let place = kept.length - 1; kept.length > keptVersions && place > 0; place -= 1)
    if (!held.has(kept[place]?.digest)) kept.splice(place, 1);
  return kept;
}

/** Make a version the active one; a canary of it has served its purpose, and one of another version is over. */
export function activated(document: PolicyDocument, digest: string, mover: Mover): PolicyDocument {
  const { canary: _canary, shadow, ...rest } = document;
  return recorded(
    { ...rest, active: digest, ...(shadow === undefined || shadow.digest === digest ? {} : { shadow }) },
    'published',
    digest,
    mover,
  );
}

export function withCanary(document: PolicyDocument, canary: CanaryPointer, mover: Mover): PolicyDocument {
  return recorded({ ...document, canary }, 'canary_began', canary.digest, mover);
}

export function withoutCanary({ canary, ...document }: PolicyDocument, mover: Mover): PolicyDocument {
  return canary === undefined ? document : recorded(document, 'canary_withdrawn', canary.digest, mover);
}

/** @param share 0 ends it */
export function withShadow(
  { shadow, ...document }: PolicyDocument,
  { digest, share }: { readonly digest: string; readonly share: number },
  mover: Mover,
): PolicyDocument {
  if (share > 0) return recorded({ ...document, shadow: { digest, share } }, 'shadow_began', digest, mover);
  return shadow === undefined ? document : recorded(document, 'shadow_ended', shadow.digest, mover);
}

/** Make an older version the active one again. */
export function rolledBack(document: PolicyDocument, digest: string, mover: Mover): PolicyDocument {
  const { canary: _canary, ...rest } = document;
  return recorded({ ...rest, active: digest }, 'rolled_back', digest, mover);
}

/** The digest that was active before the active one; undefined when there was none, or it is not kept any more. Going back twice goes back further. */
export function previousActive({ history, versions }: PolicyDocument): string | undefined {
  const stack: string[] = [];
  for (const { what, digest } of history.toReversed()) {
    if (what === ('published' satisfies PolicyChange)) stack.push(digest);
    if (what !== ('rolled_back' satisfies PolicyChange)) continue;
    const place = stack.lastIndexOf(digest);
    stack.splice(place < 0 ? 0 : place, stack.length, digest);
  }
  const before = stack.at(-2);
  return versions.some(({ digest }) => digest === before) ? before : undefined;
}

function recorded(document: PolicyDocument, what: PolicyChange, digest: string, mover: Mover): PolicyDocument {
  const { by, at, why } = mover;
  const entry: PolicyHistoryEntry = { what, digest, by, at, ...(why === undefined ? {} : { why }) };
  return { ...document, history: [entry, ...document.history].slice(0, keptHistory) };
}
