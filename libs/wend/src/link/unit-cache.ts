// Checked and compiled units by what they were made of, so that a thousand children of one parent share it.
import type { Diagnostic, Span } from '../diagnostics/diagnostic.ts';
import type { Unit } from '../ir/ir.ts';
import type { RunLimits } from '../limits.ts';
import type { BackEnd, CompiledUnit } from '../run/instance.ts';
import { exact } from '../exact.ts';
import type { Layer } from './layer.ts';
import type { LinkedPolicy } from './link.ts';
import type { Placed } from './make.ts';

/** What a text says of itself and of what it stands on: all that linking needs of the tree of a unit that is checked already. */
export interface Header {
  readonly kind: 'policy' | 'library';
  readonly name: string;
  readonly version: string | undefined;
  readonly extends: (Span & { readonly value: string }) | undefined;
  readonly imports: readonly (Span & { readonly value: string })[];
}

/** One text, checked against one surroundings: a unit, or what is wrong with it. */
export interface Made {
  /** Its own, within the cache. */
  readonly id: number;
  readonly unit: Unit | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** As a linked policy lists it; one object for all of them. */
  source: LinkedPolicy['sources'][number] | undefined;
  /** In its place, above what it stands on. */
  placed: Placed | undefined;
  /** One a back end: a host has one. */
  codes: readonly MadeCode[];
}

export interface MadeCode {
  readonly backEnd: BackEnd;
  readonly compiled: CompiledUnit;
  /** As a layer, or an import, of which nobody below changes anything, under these limits. */
  layer: Layer | undefined;
  limits: RunLimits | undefined;
}

export interface KnownText {
  readonly digest: string;
  /** Once it was parsed without errors. */
  header: Header | undefined;
  /** Each with its key, file and surroundings: few have more than one. */
  units: readonly (readonly [string, Made])[];
}

/**
 * A unit with the same text in the same surroundings is checked and compiled once.
 *
 * It keeps what it was given until `sweep` is told which policies are in use: do that after policies were replaced.
 */
export class UnitCache {
  readonly #texts = new Map<string, KnownText>();
  #made = 0;

  /** Of units, those with errors among them. */
  get size(): number {
    let size = 0;
    for (const { units } of this.#texts.values()) size += units.length;
    return size;
  }

  /** What is known of a text. For the linker. */
  text(text: string, digest: (text: string) => string): KnownText {
    let known = this.#texts.get(text);
    if (known === undefined) this.#texts.set(text, (known = { digest: digest(text), header: undefined, units: [] }));
    return known;
  }

  /** For the linker. */
  nextId(): number {
    return ++this.#made;
  }

  /**
   * Let go of every unit that none of these policies is made of, nor any that is linked meanwhile.
   *
   * A step looks at about a thousand texts: a host that serves requests does something else between two of them.
   */
  *sweep(inUse: Iterable<LinkedPolicy>): Generator<undefined, void> {
    const latest = this.#made;
    const live = new Set<Unit>();
    let seen = 0;
    for (const policy of inUse) {
      for (const unit of policy.units) live.add(unit);
      if (++seen % step === 0) yield;
    }
    for (const [text, known] of this.#texts) {
      const kept = known.units.filter(([, { id, unit }]) => id > latest || (unit !== undefined && live.has(unit)));
      if (kept.length < known.units.length) known.units = exact(kept);
      if (kept.length === 0) this.#texts.delete(text);
      if (++seen % step === 0) yield;
    }
  }
}

const step = 1000;
