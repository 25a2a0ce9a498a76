// Expressions: operators by their binding power, everything else by descent.
import type { Cursor } from './cursor.ts';
import { parseItems } from './parse-items.ts';
import { parsePrimary } from './parse-primaries.ts';
import type { Binary, BinaryOperator, Conditional, Expression, Lambda, Unary } from './tree.ts';

/** How tight an operator binds; what is on a higher level binds tighter. */
const level = { or: 1, and: 2, not: 3, comparison: 4, coalesce: 5, sum: 6, product: 7 } as const;

const operators: ReadonlyMap<string, { readonly operator: BinaryOperator; readonly level: number }> = new Map(
  (
    [
      ['or', level.or],
      ['and', level.and],
      ['==', level.comparison],
      ['!=', level.comparison],
      ['<', level.comparison],
      ['<=', level.comparison],
      ['>', level.comparison],
      ['>=', level.comparison],
      ['in', level.comparison],
      ['not in', level.comparison],
      ['matches', level.comparison],
      ['??', level.coalesce],
      ['+', level.sum],
      ['-', level.sum],
      ['*', level.product],
      ['/', level.product],
      ['div', level.product],
      ['mod', level.product],
    ] as const
  ).map(([operator, at]) => [operator, { operator, level: at }]),
);

/** Any expression; `cursor.height` is its height after. */
export function parseExpression(cursor: Cursor): Expression {
  if (!cursor.enter()) {
    cursor.leave();
    return cursor.missing();
  }
  const expression = atLambda(cursor)
    ? parseLambda(cursor)
    : cursor.atWord('if')
      ? parseConditional(cursor)
      : parseOperators(cursor, level.or);
  cursor.leave();
  return expression;
}

export function atLambda(cursor: Cursor): boolean {
  if (cursor.token.kind !== 'identifier') return false;
  const next = cursor.peek(1);
  return next.kind === 'symbol' && next.text === '=>';
}

/** `x => value`; with something missing in place where there is none. */
export function parseLambda(cursor: Cursor): Lambda {
  const { start } = cursor.token;
  const parameter = cursor.expectIdentifier('the name of a parameter');
  const body = cursor.expectSymbol('=>') ? parseExpression(cursor) : cursor.missing();
  cursor.height += 1;
  return { kind: 'lambda', parameter, body, ...cursor.span(start) };
}

/** `if a then b else c`, the `if` at hand. */
function parseConditional(cursor: Cursor): Expression {
  const { start } = cursor.advance();
  const condition = parseExpression(cursor);
  let { height } = cursor;
  const then = cursor.expectWord('then') ? parseExpression(cursor) : cursor.missing();
  height = Math.max(height, cursor.height);
  const otherwise = cursor.expectWord('else') ? parseExpression(cursor) : cursor.missing();
  height = Math.max(height, cursor.height);
  const node: Conditional = { kind: 'conditional', condition, then, otherwise, ...cursor.span(start) };
  return cursor.built(node, height + 1);
}

/** Operands joined by operators of at least this level. */
function parseOperators(cursor: Cursor, least: number): Expression {
  let left = least <= level.not && cursor.atWord('not') ? parseNot(cursor) : parseUnary(cursor);
  for (;;) {
    const found = operatorAt(cursor);
    if (found === undefined || found.level < least) return left;
    const leftHeight = cursor.height;
    refuseMixing(cursor, left, found);
    const token = cursor.advance();
    if (token.text === 'not') cursor.advance();
    const right = found.level === level.coalesce ? parseUnary(cursor) : parseOperators(cursor, found.level + 1);
    const node: Binary = { kind: 'binary', operator: found.operator, left, right, ...cursor.span(left.start) };
    left = cursor.built(node, Math.max(leftHeight, cursor.height) + 1);
  }
}

function operatorAt(cursor: Cursor): { readonly operator: BinaryOperator; readonly level: number } | undefined {
  const { kind, text } = cursor.token;
  if (kind !== 'symbol' && kind !== 'identifier') return undefined;
  if (text !== 'not') return operators.get(text);
  const next = cursor.peek(1);
  return next.kind === 'identifier' && next.text === 'in' ? operators.get('not in') : undefined;
}

/** What stands beside each other may be read in two ways: the author must say which. */
function refuseMixing(
  cursor: Cursor,
  left: Expression,
  next: { readonly operator: string; readonly level: number },
): void {
  if (left.kind !== 'binary') return;
  const before = operators.get(left.operator)?.level ?? 0;
  const { start, end } = cursor.token;
  const mixes =
    (before > level.coalesce && next.level === level.coalesce) || (before === level.coalesce && next.level > before);
  if (mixes) {
    const message = `"${left.operator}" and "${next.operator}" stand side by side`;
    cursor.report('E011', start, end, message, 'put one of them in parentheses, as (a ?? b) + c');
  } else if (before === level.comparison && next.level === before) {
    const help = 'join two comparisons by "and", or put one in parentheses';
    cursor.report('E011', start, end, 'comparisons do not chain', help);
  }
}

/** `not not a == b`: all of them, and the comparison behind. */
function parseNot(cursor: Cursor): Expression {
  const starts: number[] = [];
  while (cursor.atWord('not')) starts.push(cursor.advance().start);
  let of = parseOperators(cursor, level.not + 1);
  for (const start of starts.reverse()) {
    const node: Unary = { kind: 'unary', operator: 'not', of, ...cursor.span(start) };
    of = cursor.built(node, cursor.height + 1);
  }
  return of;
}

/** An operand, with a minus before it or without. */
function parseUnary(cursor: Cursor): Expression {
  if (!cursor.atSymbol('-')) return parsePostfix(cursor);
  const { start } = cursor.advance();
  const of = parsePostfix(cursor);
  const node: Unary = { kind: 'unary', operator: '-', of, ...cursor.span(start) };
  return cursor.built(node, cursor.height + 1);
}

/** An operand, and what is read from it: fields, items, the results of calls. */
function parsePostfix(cursor: Cursor): Expression {
  let of = parsePrimary(cursor);
  for (;;) {
    if (cursor.token.kind !== 'symbol') return of;
    const { text } = cursor.token;
    const { height } = cursor;
    if (text === '.' || text === '?.') {
      cursor.advance();
      const name = cursor.expectField('the name of a field');
      of = cursor.built({ kind: 'member', of, name, optional: text === '?.', ...cursor.span(of.start) }, height + 1);
    } else if (text === '[') {
      cursor.advance();
      const at = parseExpression(cursor);
      cursor.expectSymbol(']');
      of = cursor.built({ kind: 'index', of, at, ...cursor.span(of.start) }, Math.max(height, cursor.height) + 1);
    } else if (text === '(') {
      cursor.advance();
      const items = parseItems(cursor, ')', () => parseExpression(cursor));
      cursor.expectSymbol(')');
      of = cursor.built(
        { kind: 'call', callee: of, arguments: items, ...cursor.span(of.start) },
        Math.max(height, cursor.height) + 1,
      );
    } else {
      return of;
    }
  }
}
