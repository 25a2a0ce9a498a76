// The tree of a source, from which compiler, formatter and editors work. With the tokens of its file it is lossless: they hold every character.
// No node lies deeper than `sourceLimits.depth`. Where something is missing, which was reported, a name or text is empty, a list too, an integer 0.
import type { Span } from '../diagnostics/diagnostic.ts';
import type { Token } from './token.ts';

/** An identifier, or a string where the grammar takes either. */
export interface Name extends Span {
  readonly text: string;
  readonly quoted: boolean;
}

/** A string literal, its escapes resolved. */
export interface Text extends Span {
  readonly value: string;
}

/** One source, parsed. `text` is what the tokens joined are. */
export interface SourceFile {
  readonly file: string;
  readonly text: string;
  /** All of them in order, white space and comments among them. */
  readonly tokens: readonly Token[];
  readonly imports: readonly Import[];
  /** Undefined when there is none to be seen. */
  readonly body: Policy | Library | undefined;
}

export interface Import extends Span {
  readonly kind: 'import';
  /** `name@range` */
  readonly from: Text;
  readonly as: Name | undefined;
}

export interface Policy extends Span {
  readonly kind: 'policy';
  readonly name: Text;
  readonly version: Text | undefined;
  /** `name@range` */
  readonly extends: Text | undefined;
  readonly declarations: readonly Declaration[];
}

export interface Library extends Span {
  readonly kind: 'library';
  readonly name: Text;
  readonly version: Text | undefined;
  readonly declarations: readonly Declaration[];
}

// ---- declarations

export type Declaration =
  Meta | Combine | Param | Constant | TypeDefinition | FunctionDeclaration | Rule | Route | Breaker | Test;

export interface Meta extends Span {
  readonly kind: 'meta';
  readonly value: RecordLiteral;
}

export interface Combine extends Span {
  readonly kind: 'combine';
  readonly what: Name;
  readonly how: Name;
}

export interface Param extends Span {
  readonly kind: 'param';
  readonly final: boolean;
  readonly name: Name;
  readonly type: TypeNode | undefined;
  readonly value: Expression;
}

export interface Constant extends Span {
  readonly kind: 'const';
  readonly name: Name;
  readonly type: TypeNode | undefined;
  readonly value: Expression;
}

export interface TypeDefinition extends Span {
  readonly kind: 'type';
  readonly name: Name;
  readonly type: TypeNode;
}

export interface Parameter extends Span {
  readonly name: Name;
  readonly type: TypeNode;
}

export interface FunctionDeclaration extends Span {
  readonly kind: 'fn';
  readonly open: boolean;
  readonly name: Name;
  readonly parameters: readonly Parameter[];
  readonly returns: TypeNode;
  readonly body: Block;
}

export interface Rule extends Span {
  readonly kind: 'rule';
  readonly open: boolean;
  readonly name: Name;
  readonly priority: number | undefined;
  readonly when: Expression | undefined;
  readonly body: Block;
}

export interface Route extends Span {
  readonly kind: 'route';
  readonly final: boolean;
  readonly name: Name;
  readonly when: Expression | undefined;
  readonly body: Block;
}

export interface Breaker extends Span {
  readonly kind: 'breaker';
  /** Undefined is `*`. */
  readonly model: ModelLiteral | undefined;
  readonly value: RecordLiteral;
}

export interface Test extends Span {
  readonly kind: 'test';
  readonly name: Text;
  readonly steps: readonly TestStep[];
}

export type TestStep = Given | Sample | Expect;

export interface Given extends Span {
  readonly kind: 'given';
  readonly path: Path;
  readonly value: Expression;
}

export interface Sample extends Span {
  readonly kind: 'sample';
  readonly name: Text;
}

export interface Expect extends Span {
  readonly kind: 'expect';
  readonly value: Expression;
}

/** `tenant.tier`, `attributes["x-y"].z` */
export interface Path extends Span {
  readonly parts: readonly Name[];
}

// ---- statements

export interface Block extends Span {
  readonly kind: 'block';
  readonly statements: readonly Statement[];
}

export type Statement = Let | SetStatement | If | For | While | Break | Continue | Return | Effect;

export interface Let extends Span {
  readonly kind: 'let';
  /** `var` */
  readonly mutable: boolean;
  readonly name: Name;
  readonly type: TypeNode | undefined;
  readonly value: Expression;
}

export interface SetStatement extends Span {
  readonly kind: 'set';
  readonly name: Name;
  readonly value: Expression;
}

export interface If extends Span {
  readonly kind: 'if';
  readonly condition: Expression;
  readonly then: Block;
  readonly otherwise: Block | Statement | undefined;
}

export interface For extends Span {
  readonly kind: 'for';
  readonly name: Name;
  readonly of: Expression;
  readonly body: Block;
}

export interface While extends Span {
  readonly kind: 'while';
  readonly condition: Expression;
  readonly body: Block;
}

export interface Break extends Span {
  readonly kind: 'break';
}

export interface Continue extends Span {
  readonly kind: 'continue';
}

/** Without a value it leaves a rule. */
export interface Return extends Span {
  readonly kind: 'return';
  readonly value: Expression | undefined;
}

// ---- effects

export type Effect =
  Deny | Candidates | Split | Fallback | Sticky | Limit | Filter | Use | Transform | Experiment | Cache | Hedge | Tag;

export interface Deny extends Span {
  readonly kind: 'deny';
  readonly reason: Text;
  readonly status: IntLiteral | undefined;
  readonly message: Expression | undefined;
}

export interface Candidates extends Span {
  readonly kind: 'candidates';
  readonly of: Expression;
}

export interface Arm extends Span {
  readonly of: Expression;
  readonly weight: Expression;
}

export interface Split extends Span {
  readonly kind: 'split';
  readonly by: Expression | undefined;
  readonly arms: readonly Arm[];
}

export interface Fallback extends Span {
  readonly kind: 'fallback';
  readonly to: Expression;
  /** As written; empty where there is no `on`. */
  readonly on: readonly Name[];
  readonly retry: IntLiteral | undefined;
  readonly backoff: Expression | undefined;
}

export interface Sticky extends Span {
  readonly kind: 'sticky';
  readonly by: Expression;
}

export interface Limit extends Span {
  readonly kind: 'limit';
  readonly what: Name;
  readonly value: Expression;
}

export interface Filter extends Span {
  readonly kind: 'only' | 'exclude';
  readonly test: Lambda;
}

export interface Use extends Span {
  readonly kind: 'use';
  readonly stage: 'pre' | 'validate' | 'post';
  /** `name@range` */
  readonly extension: Text;
  readonly with: Expression | undefined;
  readonly mode: 'required' | 'optional' | undefined;
  readonly onFail: 'block' | 'warn' | 'ignore' | undefined;
  readonly timeout: Expression | undefined;
  readonly stream:
    { readonly kind: 'window'; readonly size: IntLiteral } | { readonly kind: 'buffer' | 'skip' } | undefined;
}

export interface Transform extends Span {
  readonly kind: 'transform';
  readonly what: 'request' | 'response';
  readonly path: Path;
  readonly value: Expression;
}

export interface ExperimentArm extends Span {
  readonly name: Name;
  readonly body: Block;
}

export interface Experiment extends Span {
  readonly kind: 'experiment';
  readonly name: Name;
  readonly by: Expression;
  readonly arms: readonly ExperimentArm[];
}

export interface Cache extends Span {
  readonly kind: 'cache';
  /** Undefined is `off`. */
  readonly on: { readonly key: Expression; readonly ttl: Expression } | undefined;
}

export interface Hedge extends Span {
  readonly kind: 'hedge';
  readonly after: Expression;
}

export interface Tag extends Span {
  readonly kind: 'tag';
  readonly path: Path;
  readonly value: Expression;
}

// ---- types

export type TypeNode = NamedType | ListType | MapType | EnumType | RecordType | OptionalType | MissingType;

export interface NamedType extends Span {
  readonly kind: 'named';
  readonly name: string;
}

export interface ListType extends Span {
  readonly kind: 'list-type';
  readonly of: TypeNode;
}

export interface MapType extends Span {
  readonly kind: 'map-type';
  readonly of: TypeNode;
}

export interface EnumType extends Span {
  readonly kind: 'enum';
  readonly values: readonly Text[];
}

export interface RecordType extends Span {
  readonly kind: 'record-type';
  readonly fields: readonly Parameter[];
}

export interface OptionalType extends Span {
  readonly kind: 'optional';
  readonly of: TypeNode;
}

/** Where the parser expected one and went on; it has said so. */
export interface MissingType extends Span {
  readonly kind: 'missing-type';
}

// ---- expressions

export type Expression =
  | IntLiteral
  | NumberLiteral
  | StringLiteral
  | FormatString
  | RegexLiteral
  | ModelLiteral
  | Keyword
  | Identifier
  | ListLiteral
  | RecordLiteral
  | Parentheses
  | Unary
  | Binary
  | Conditional
  | Lambda
  | Member
  | Index
  | Call
  | Missing;

export interface IntLiteral extends Span {
  readonly kind: 'int';
  readonly value: number;
}

/** `float` and `percent` (5% is 0.05) in ones, `duration` in ms, `money` in pico-USD. */
export interface NumberLiteral extends Span {
  readonly kind: 'float' | 'percent' | 'duration' | 'money';
  readonly value: number;
}

export interface StringLiteral extends Span {
  readonly kind: 'string';
  readonly value: string;
}

export interface FormatString extends Span {
  readonly kind: 'format';
  /** Text, its escapes resolved, and expressions, as they stand. */
  readonly parts: readonly (Text | Expression)[];
}

export interface RegexLiteral extends Span {
  readonly kind: 'regex';
  /** As written, without the quotes. */
  readonly value: string;
}

/** `@vendor/model`, or in quotes; without a slash it is an alias. */
export interface ModelLiteral extends Span {
  readonly kind: 'model';
  readonly value: string;
  readonly quoted: boolean;
}

export interface Keyword extends Span {
  readonly kind: 'true' | 'false' | 'null';
}

export interface Identifier extends Span {
  readonly kind: 'identifier';
  readonly name: string;
}

export interface ListLiteral extends Span {
  readonly kind: 'list';
  readonly items: readonly Expression[];
}

export interface RecordEntry extends Span {
  readonly key: Name;
  readonly value: Expression;
}

export interface RecordLiteral extends Span {
  readonly kind: 'record';
  readonly entries: readonly RecordEntry[];
}

export interface Parentheses extends Span {
  readonly kind: 'parentheses';
  readonly of: Expression;
}

export interface Unary extends Span {
  readonly kind: 'unary';
  readonly operator: '-' | 'not';
  readonly of: Expression;
}

export type BinaryOperator =
  | 'or'
  | 'and'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'in'
  | 'not in'
  | 'matches'
  | '??'
  | '+'
  | '-'
  | '*'
  | '/'
  | 'div'
  | 'mod';

export interface Binary extends Span {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
}

export interface Conditional extends Span {
  readonly kind: 'conditional';
  readonly condition: Expression;
  readonly then: Expression;
  readonly otherwise: Expression;
}

export interface Lambda extends Span {
  readonly kind: 'lambda';
  readonly parameter: Name;
  readonly body: Expression;
}

export interface Member extends Span {
  readonly kind: 'member';
  readonly of: Expression;
  readonly name: Name;
  /** `?.` */
  readonly optional: boolean;
}

export interface Index extends Span {
  readonly kind: 'index';
  readonly of: Expression;
  readonly at: Expression;
}

export interface Call extends Span {
  readonly kind: 'call';
  readonly callee: Expression;
  readonly arguments: readonly Expression[];
}

/** Where the parser expected an expression and went on; it has said so. */
export interface Missing extends Span {
  readonly kind: 'missing';
}
