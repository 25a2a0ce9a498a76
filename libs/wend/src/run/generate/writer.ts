// The text of one procedure while it is written, and the table of what it may touch.
//
// INVARIANT (no text of an author's): what is written is our own syntax, the names below with numbers behind them, numbers that we print ourselves, and field
// names that `isPlainName` lets pass. Everything else of a policy is in `table`, and the text knows its index.
import type { At, Code, Lazy, Procedure, Slot, Unit } from '../../ir/ir.ts';
import { levelsOf } from '../operations/calls.ts';
import { runtime, type RuntimeName } from './runtime.ts';

export class Writer {
  readonly unit: Unit;
  /** Charged by each call that it makes. */
  readonly levels: number;
  /** Its local variables. */
  readonly locals: readonly Slot[];
  /** What generated text names by `k0`, `k1` …: positions, constants, functions of the runtime and the library. */
  readonly table: unknown[] = [];
  readonly #places = new Map<unknown, number>();
  #counter = 0;

  constructor(unit: Unit, procedure: Procedure<Lazy | Code>) {
    this.unit = unit;
    this.levels = levelsOf(procedure);
    this.locals = Array.from({ length: procedure.slots }, (_, slot) => slot);
  }

  /** A name for something that the text may not hold. */
  known(value: unknown): string {
    let place = this.#places.get(value);
    if (place === undefined) {
      place = this.table.push(value) - 1;
      this.#places.set(value, place);
    }
    return `k${place}`;
  }

  /** A name for a function of the runtime. */
  helper(name: RuntimeName): string {
    return this.known(runtime[name]);
  }

  /** A number that no other of this procedure has. */
  next(): number {
    this.#counter += 1;
    return this.#counter;
  }

  /** An expression that charges: false, or it throws. Nothing where nothing is to be charged. */
  charge(cost: number, at: At): string | undefined {
    if (cost === 0) return undefined;
    return `(m.fuel -= ${printNumber(cost)}) < 0 && ${this.helper('outOfFuel')}(m, ${this.known(at)})`;
  }
}

/** As JavaScript reads it again: `-5`, `0.1`, `1e+21`. */
export function printNumber(value: number): string {
  if (!Number.isFinite(value)) throw new Error('a number that is none');
  return value < 0 || Object.is(value, -0) ? `(${value})` : String(value);
}
