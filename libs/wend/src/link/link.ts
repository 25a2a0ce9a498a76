// Chain to policy: the layers root to leaf, their imports and params, rules and routes in their order.
import type { Catalogue } from '../decide/catalogue.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { RunLimits } from '../limits.ts';
import type { BackEnd, Instance } from '../run/instance.ts';
import type { UnitCache } from './unit-cache.ts';

/** A text and how diagnostics are to name it. */
export interface Source {
  readonly file: string;
  readonly text: string;
}

export interface LinkOptions {
  /** Which source `name@range` stands for; undefined where there is none. */
  readonly resolve: (name: string, range: string | undefined) => Source | undefined;
  /** SHA-256 in hex, or as good. */
  readonly digest: (text: string) => string;
  readonly backEnd: BackEnd;
  readonly limits?: RunLimits;
  /** Where given, literals that are not in it are errors. */
  readonly catalogue?: Catalogue;
  /** Units that other policies link too are checked and compiled once. */
  readonly units?: UnitCache;
}

/** Ready to decide. Immutable. */
export interface LinkedPolicy {
  readonly name: string;
  readonly version: string | undefined;
  /** Of all its sources, root to leaf, with what they import. */
  readonly digest: string;
  /** Root to leaf. */
  readonly layers: readonly Instance[];
  /** All that it was linked from, the leaf last. */
  readonly sources: readonly (Source & {
    readonly digest: string;
    readonly name: string;
    readonly version: string | undefined;
  })[];
  readonly limits: RunLimits;
}

export interface Linked {
  /** Undefined when there are errors. */
  readonly policy: LinkedPolicy | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Parse, check and link a policy with all that it extends and imports. */
export function link(leaf: Source, options: LinkOptions): Linked {
  throw new Error(`not built: ${leaf.file} ${options.digest('')}`);
}

/** What a policy names that the catalogue does not have (now): warnings. */
export function checkCatalogue(policy: LinkedPolicy, catalogue: Catalogue): readonly Diagnostic[] {
  throw new Error(`not built: ${policy.name} ${catalogue.revision}`);
}
