// Local variables: those of a block hide none of the blocks around it.
import type { Span } from '../diagnostics/diagnostic.ts';
import type { Slot } from '../ir/ir.ts';
import type { Type } from '../types/type.ts';

export interface Local {
  readonly name: string;
  readonly slot: Slot;
  readonly type: Type;
  readonly kind: 'let' | 'var' | 'parameter' | 'item';
  readonly at: Span;
  /** In how many arms of experiments it was declared. */
  readonly arms: number;
  /** Whether anything reads it. */
  used: boolean;
}

export class Scope {
  readonly #around: Scope | undefined;
  readonly #locals = new Map<string, Local>();

  constructor(around?: Scope) {
    this.#around = around;
  }

  find(name: string): Local | undefined {
    return this.#locals.get(name) ?? this.#around?.find(name);
  }

  /** The one of a name that is taken stays. */
  add(local: Local): void {
    if (!this.#locals.has(local.name)) this.#locals.set(local.name, local);
  }

  /** All that can be seen, for suggestions. */
  *names(): Iterable<string> {
    yield* this.#locals.keys();
    if (this.#around !== undefined) yield* this.#around.names();
  }
}
