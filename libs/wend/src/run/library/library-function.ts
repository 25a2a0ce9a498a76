// What a function of the library is: its type for the checker, its words for the reference, its code for both back ends.
import type { At } from '../../ir/ir.ts';
import type { LibraryType } from '../../types/library-type.ts';
import type { Instance, Value } from '../instance.ts';
import type { Run } from '../run.ts';

export interface LibraryParameter {
  readonly name: string;
  readonly type: LibraryType;
  /** May be left out; only the last ones. It is null then. */
  readonly optional?: true;
}

/** Where a call stands. */
export interface Caller {
  readonly unit: Instance;
  readonly run: Run;
  readonly at: At;
}

/** A lambda, or the name of a function, as an argument. */
export type LibraryLambda = (...values: Value[]) => Value;

export interface LibraryFunction {
  /** Its key in the table: as it is written, and behind a colon what it is for where several share a name: `len:list`. */
  readonly name: string;
  /** The key of the function of the same name to be tried where the arguments do not fit this one. */
  readonly otherwise?: string;
  readonly group: 'strings' | 'lists' | 'conversions' | 'numbers' | 'time' | 'routing' | 'other';
  /** Looks at the catalogue or the request: no param or const may call it. */
  readonly asks?: true;
  readonly parameters: readonly LibraryParameter[];
  readonly returns: LibraryType;
  /** One sentence for the reference. */
  readonly summary: string;
  /** Expressions and their values as JSON; run by a test. */
  readonly examples: readonly (readonly [source: string, value: unknown])[];
  /** What it charges beyond the 1 of its node, in words. */
  readonly price?: string;
  /**
   * Charges what it touches through the caller's meter before it touches it.
   * @throws PolicyFailure
   */
  run(caller: Caller, ...values: readonly (Value | LibraryLambda)[]): Value;
}
