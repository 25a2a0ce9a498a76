// Where a piece of code stands, and what is found of it: what the parts of the checker hand to each other.
import type { Code as DiagnosticCode } from '../diagnostics/codes.ts';
import type { Diagnostics, Help, Span } from '../diagnostics/diagnostic.ts';
import type { CatalogueLiteral, ConstantValue, Ir } from '../ir/ir.ts';
import type { Expression } from '../syntax/tree.ts';
import type { Type } from '../types/type.ts';
import type { ConstantTable } from './constants.ts';
import type { Facts } from './facts.ts';
import type { Names } from './names.ts';
import { Scope, type Local } from './scope.ts';
import { spanOf } from './span.ts';
import type { PathTest } from './warnings/contradiction.ts';

/** Of the source that is being checked. */
export interface UnitContext {
  readonly kind: 'policy' | 'library';
  readonly diagnostics: Diagnostics;
  readonly constants: ConstantTable;
  readonly names: Names;
  readonly literals: CatalogueLiteral[];
  /** Different ones, as written, and how long they are together. */
  readonly regexes: Set<string>;
  readonly spent: { regexChars: number };
  /** `and`s within `and`s: the outermost speaks for all. */
  readonly innerAnds: WeakSet<Expression>;
}

/** What a procedure is for: that says what may stand in it. */
export type Role = 'fn' | 'rule' | 'route' | 'guard' | 'value' | 'given' | 'expect';

export interface ProcedureContext {
  readonly role: Role;
  readonly locals: Local[];
}

/** Immutable: what stands deeper gets another. */
export interface Place {
  readonly unit: UnitContext;
  readonly procedure: ProcedureContext;
  readonly scope: Scope;
  readonly facts: Facts;
  readonly inLambda: boolean;
  /** How many arms of experiments it stands in. */
  readonly arms: number;
}

/** An expression, checked. */
export interface Typed {
  readonly ir: Ir;
  readonly type: Type;
  /** Of what never changes in a run, and can be narrowed. */
  readonly path?: string;
  /** Paths that are not null if this is not. */
  readonly proves?: readonly string[];
  /** Of literals. */
  readonly constant?: ConstantValue;
  /** What is known where this is true, and where it is false. */
  readonly whenTrue?: Facts;
  readonly whenFalse?: Facts;
  /** Comparisons of paths with constants that hold where this is true. */
  readonly tests?: readonly PathTest[];
}

export function startOf(unit: UnitContext, role: Role): Place {
  return {
    unit,
    procedure: { role, locals: [] },
    scope: new Scope(),
    facts: new Set(),
    inLambda: false,
    arms: 0,
  };
}

/** Say what is wrong. */
export function report(place: Place, code: DiagnosticCode, at: Span, message: string, help?: Help): void {
  place.unit.diagnostics.report(code, spanOf(at), message, help);
}

/** Stands for what could not be checked; it has been said why. */
export function unknown(place: Place): Typed {
  return { ir: place.unit.constants.ir(null), type: { kind: 'Unknown' } };
}

/** A value that is known from the text. */
export function literal(place: Place, constant: ConstantValue, type: Type): Typed {
  return { ir: place.unit.constants.ir(constant), type, constant };
}
