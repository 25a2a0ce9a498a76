// What the checker makes of a source and both back ends run: resolved, typed, and with its price in fuel.
//
// INVARIANT (one price): every unit of fuel and allocation is charged either by a region of this tree, at its entry, or by a function of the runtime
// that both back ends call. So they spend the same whatever they do in between.
import type { LimitName } from '../data/decision.ts';
import type { Json } from '../data/json.ts';
import type { Span } from '../diagnostics/diagnostic.ts';
import type { Type } from '../types/type.ts';

/**
 * Where in the unit's source something stands: what a failure at run time names.
 *
 * INVARIANT (a place is one object): each node has one of its own, made with it. So which object it is says of which unit it is (link/unit-of.ts), and
 * whether its region was entered (tools/coverage.ts).
 */
export type At = Span;

/** Code that runs from its start to its end, or not at all. `cost` is charged at its entry: 1 a node in it that is not in a region of its own. */
export interface Region<Body> {
  readonly at: At;
  readonly cost: number;
  readonly body: Body;
}

export type Lazy = Region<Ir>;
export type Code = Region<readonly Step[]>;

/** A local variable: its place in the procedure. */
export type Slot = number;

/** What a source has as literals, names of fields and sources of regexes. */
export type ConstantValue = string | number | boolean | null;

/** Its place in the unit's table of them. */
export type Constant = number;

export type Ir =
  | { readonly kind: 'constant'; readonly index: Constant }
  | { readonly kind: 'local'; readonly slot: Slot }
  /** A root of the input: `request`, `tenant` … and in tests `decision`. */
  | { readonly kind: 'input'; readonly name: InputName }
  /** A param or const of this or another unit: computed when the policy was linked. */
  | { readonly kind: 'value'; readonly ref: Ref }
  /** A field of a record that its type has; null where an optional one is absent. */
  | { readonly kind: 'field'; readonly of: Ir; readonly name: Constant }
  /** `?.` : null where `of` is. */
  | { readonly kind: 'optional-field'; readonly of: Ir; readonly name: Constant }
  /** Reads of a map or list by key or place: null where there is none. */
  | { readonly kind: 'lookup'; readonly of: Ir; readonly key: Ir; readonly from: 'map' | 'list' }
  | { readonly kind: 'operation'; readonly name: Operation; readonly operands: readonly Ir[]; readonly at: At }
  | { readonly kind: 'and' | 'or'; readonly left: Ir; readonly right: Lazy }
  | { readonly kind: 'coalesce'; readonly left: Ir; readonly right: Lazy }
  | { readonly kind: 'conditional'; readonly condition: Ir; readonly then: Lazy; readonly otherwise: Lazy }
  | { readonly kind: 'list'; readonly items: readonly Ir[]; readonly at: At }
  | {
      readonly kind: 'record';
      readonly fields: readonly { readonly name: Constant; readonly value: Ir }[];
      readonly at: At;
    }
  /** A function of a unit. */
  | { readonly kind: 'call'; readonly ref: Ref; readonly arguments: readonly Ir[]; readonly at: At }
  /** A function of the library, by its name in the table of them. */
  | {
      readonly kind: 'library';
      readonly name: string;
      readonly arguments: readonly (Ir | IrLambda)[];
      readonly at: At;
    };

/** Its parameter stands in a slot of the procedure around it; the locals that it reads are immutable. */
export interface IrLambda {
  readonly kind: 'lambda';
  /** One, or two for the function of `reduce`. */
  readonly slots: readonly Slot[];
  readonly body: Lazy;
}

/** Something of a unit: 0 is the unit itself, the others stand in its `uses`. */
export interface Ref {
  readonly unit: number;
  readonly index: number;
}

export type InputName =
  'request' | 'tenant' | 'user' | 'session' | 'attributes' | 'health' | 'now' | 'seed' | 'decision';

/** What an operator is, once the types are known. Numbers are JavaScript's: Int and Duration, Time, Money whole ones. */
export type Operation =
  | 'int-add'
  | 'int-subtract'
  | 'int-multiply'
  | 'int-negate'
  | 'int-div'
  | 'int-mod'
  | 'int-divide'
  | 'float-add'
  | 'float-subtract'
  | 'float-multiply'
  | 'float-divide'
  | 'float-negate'
  | 'money-add'
  | 'money-subtract'
  | 'money-scale'
  | 'money-shrink'
  | 'money-ratio'
  | 'money-negate'
  | 'duration-add'
  | 'duration-subtract'
  | 'duration-scale'
  | 'duration-shrink'
  | 'duration-ratio'
  | 'duration-negate'
  | 'time-add'
  | 'time-subtract'
  | 'time-difference'
  | 'string-concat'
  | 'list-concat'
  | 'format'
  /** Structural: charges what it compares. */
  | 'equal'
  | 'not-equal'
  /** Of two numbers, strings, booleans or nulls, or of anything with null: costs nothing more. */
  | 'same'
  | 'not-same'
  | 'number-less'
  | 'number-less-equal'
  | 'number-greater'
  | 'number-greater-equal'
  | 'string-less'
  | 'string-less-equal'
  | 'string-greater'
  | 'string-greater-equal'
  | 'not'
  | 'in-list'
  | 'in-map'
  | 'in-string'
  /** The second operand is a constant: the regex as written. */
  | 'matches';

export type Step =
  | { readonly kind: 'set'; readonly slot: Slot; readonly value: Ir }
  | { readonly kind: 'if'; readonly condition: Ir; readonly then: Code; readonly otherwise?: Code }
  /** Each turn charges the body. */
  | { readonly kind: 'for'; readonly slot: Slot; readonly of: Ir; readonly body: Code; readonly at: At }
  /** The condition is charged before each turn and once more. */
  | { readonly kind: 'while'; readonly condition: Lazy; readonly body: Code; readonly at: At }
  | { readonly kind: 'break' | 'continue' }
  /** Leaves the procedure; a rule without a value. */
  | { readonly kind: 'return'; readonly value?: Ir }
  /** Told to the decision: `effect` is what is fixed, `operands` and `test` what is computed. */
  | {
      readonly kind: 'effect';
      readonly effect: EffectSpec;
      readonly operands: readonly Ir[];
      readonly test?: IrLambda;
      readonly at: At;
    }
  /** All arms are run, each into a decision of its own; the key is the first thing computed. */
  | {
      readonly kind: 'experiment';
      readonly name: string;
      readonly key: Ir;
      readonly arms: readonly { readonly name: string; readonly code: Code }[];
      readonly at: At;
    };

/** What an effect says without computing. What it computes are its operands, in the order named. */
export type EffectSpec =
  /** message? */
  | { readonly kind: 'deny'; readonly reason: string; readonly status: number; readonly hasMessage: boolean }
  /** a ModelId, a Model, or a list of either */
  | { readonly kind: 'candidates' }
  /** by?, then of and weight of each arm */
  | { readonly kind: 'split'; readonly hasKey: boolean; readonly arms: number }
  /** to, backoff? */
  | { readonly kind: 'fallback'; readonly on: readonly string[]; readonly retry?: number; readonly hasBackoff: boolean }
  /** by */
  | { readonly kind: 'sticky' }
  /** value */
  | { readonly kind: 'limit'; readonly what: LimitName }
  /** none; `test` is given a Model */
  | { readonly kind: 'only' | 'exclude' }
  /** with?, timeout? */
  | {
      readonly kind: 'use';
      readonly stage: 'pre' | 'validate' | 'post';
      readonly extension: string;
      readonly range: string | undefined;
      readonly mode: 'required' | 'optional';
      readonly onFail: 'block' | 'warn' | 'ignore';
      readonly stream:
        { readonly kind: 'buffer' | 'skip' } | { readonly kind: 'window'; readonly size: number } | undefined;
      readonly hasConfig: boolean;
      readonly hasTimeout: boolean;
    }
  /** value */
  | { readonly kind: 'transform'; readonly what: 'request' | 'response'; readonly path: readonly (string | number)[] }
  /** key, ttl; none when off */
  | { readonly kind: 'cache'; readonly off: boolean }
  /** after */
  | { readonly kind: 'hedge' }
  /** value */
  | { readonly kind: 'tag'; readonly name: string };

/** A function, rule, route, value or test step: how many locals it has and what it runs. Parameters stand in the first slots. */
export interface Procedure<Body> {
  readonly slots: number;
  readonly body: Body;
}

export interface IrFunction extends Procedure<Code> {
  readonly name: string;
  readonly open: boolean;
  /** Neither it nor what it calls looks at the input or the catalogue, or can be replaced by a layer below: a param or const may call it. */
  readonly pure?: true;
  readonly parameters: readonly Type[];
  readonly returns: Type;
  readonly at: At;
}

/** A param or const. */
export interface IrValue extends Procedure<Lazy> {
  readonly name: string;
  readonly kind: 'param' | 'const';
  readonly final: boolean;
  readonly type: Type;
  readonly at: At;
}

export interface IrRule {
  readonly name: string;
  readonly open: boolean;
  readonly priority: number;
  readonly when: Procedure<Lazy> | undefined;
  readonly body: Procedure<Code>;
  readonly at: At;
}

export interface IrRoute {
  readonly name: string;
  readonly final: boolean;
  readonly when: Procedure<Lazy> | undefined;
  readonly body: Procedure<Code>;
  readonly at: At;
}

export interface IrBreaker {
  /** `vendor/model` or an alias; undefined is every model. */
  readonly model: string | undefined;
  readonly calls: number;
  readonly failureRate: number;
  readonly openMs: number;
  readonly at: At;
}

export interface IrTest {
  readonly name: string;
  readonly at: At;
  readonly steps: readonly IrTestStep[];
}

export type IrTestStep =
  | { readonly kind: 'given'; readonly path: readonly string[]; readonly value: Procedure<Lazy>; readonly at: At }
  | { readonly kind: 'sample'; readonly name: string; readonly at: At }
  | { readonly kind: 'expect'; readonly value: Procedure<Lazy>; readonly at: At };

/** A literal that must be in the live catalogue; checked again whenever that changes. */
export interface CatalogueLiteral {
  readonly kind: 'model' | 'alias' | 'extension';
  readonly text: string;
  readonly at: At;
}

/** One source, checked against what it extends and imports: immutable, and shared by all policies that link it. */
export interface Unit {
  readonly kind: 'policy' | 'library';
  readonly file: string;
  readonly name: string;
  readonly version: string | undefined;
  readonly text: string;
  /** What `Ref.unit` 1, 2 … name: what it imports, then the layers above it, the nearest first. */
  readonly uses: readonly UnitName[];
  readonly constants: readonly ConstantValue[];
  readonly functions: readonly IrFunction[];
  readonly values: readonly IrValue[];
  readonly rules: readonly IrRule[];
  readonly routes: readonly IrRoute[];
  readonly breakers: readonly IrBreaker[];
  readonly tests: readonly IrTest[];
  readonly combine: Readonly<Record<string, string>>;
  /** What its author noted in it; nothing here reads it. */
  readonly meta: Json;
  readonly literals: readonly CatalogueLiteral[];
  /** Types that it defines, for those who import or extend it. */
  readonly types: ReadonlyMap<string, Type>;
}

/** A unit's name and the range of versions asked for. */
export interface UnitName {
  readonly name: string;
  readonly range: string | undefined;
}
