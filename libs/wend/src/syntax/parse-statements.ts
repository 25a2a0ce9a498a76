// Blocks, and what stands in them.
import type { Cursor } from './cursor.ts';
import { effectParsers } from './parse-effects.ts';
import { statementHelp } from './foreign.ts';
import { parseExpression } from './parse-expressions.ts';
import { parseTypeAnnotation } from './parse-types.ts';
import { atDeclaration, skipTo } from './recovery.ts';
import type { Block, Expression, If, Let, Statement } from './tree.ts';

type StatementParser = (cursor: Cursor, start: number) => Statement;

/** Each reads what follows its word. */
const parsers: ReadonlyMap<string, StatementParser> = new Map<string, StatementParser>([
  ['let', (cursor, start) => parseLet(cursor, start, false)],
  ['var', (cursor, start) => parseLet(cursor, start, true)],
  ['set', parseSet],
  ['if', parseIf],
  ['for', parseFor],
  ['while', parseWhile],
  ['break', (cursor, start) => ({ kind: 'break', ...cursor.span(start) })],
  ['continue', (cursor, start) => ({ kind: 'continue', ...cursor.span(start) })],
  ['return', parseReturn],
]);

function parserOf(word: string): StatementParser | undefined {
  return parsers.get(word) ?? effectParsers.get(word);
}

/** `{ … }`; an error in a statement ends it, and the next one is read. */
export function parseBlock(cursor: Cursor): Block {
  const { start } = cursor.token;
  const statements: Statement[] = [];
  const opened = cursor.expectSymbol('{') || skipToBrace(cursor);
  if (cursor.enter() && (opened || atStatement(cursor))) {
    while (!cursor.atSymbol('}') && !cursor.atEnd() && !atDeclaration(cursor)) {
      const statement = parseStatement(cursor);
      if (statement === undefined) {
        cursor.expected('a statement', statementHelp(cursor.token, cursor.peek(1), statementWords()));
        skipTo(cursor, atStatement);
      } else {
        statements.push(statement);
        if (statement.kind === 'return' && statement.value === undefined && !cursor.atSymbol('}'))
          cursor.expected('"}" behind a bare "return"');
      }
    }
    cursor.expectSymbol('}');
  }
  cursor.leave();
  return { kind: 'block', statements, ...cursor.span(start) };
}

/** Leave out what stands before the `{` of a block; whether there is one. */
function skipToBrace(cursor: Cursor): boolean {
  while (
    !cursor.atEnd() &&
    !cursor.atSymbol('{') &&
    !cursor.atSymbol('}') &&
    !atDeclaration(cursor) &&
    !atStatement(cursor)
  )
    cursor.advance();
  return cursor.takeSymbol('{');
}

/** Whether the word at hand begins a statement. */
export function atStatement(cursor: Cursor): boolean {
  return cursor.token.kind === 'identifier' && parserOf(cursor.token.text) !== undefined;
}

/** The statement that begins here, if one does. */
function parseStatement(cursor: Cursor): Statement | undefined {
  const { kind, text, start } = cursor.token;
  const parser = kind === 'identifier' ? parserOf(text) : undefined;
  if (parser === undefined) return undefined;
  cursor.advance();
  const fits = cursor.enter();
  const statement = fits ? parser(cursor, start) : undefined;
  cursor.leave();
  return statement;
}

function* statementWords(): Iterable<string> {
  yield* parsers.keys();
  yield* effectParsers.keys();
}

function parseLet(cursor: Cursor, start: number, mutable: boolean): Let {
  const name = cursor.expectIdentifier('a name');
  const type = parseTypeAnnotation(cursor);
  const value = parseValue(cursor);
  return { kind: 'let', mutable, name, type, value, ...cursor.span(start) };
}

/** `= value`. */
export function parseValue(cursor: Cursor): Expression {
  return cursor.expectSymbol('=') ? parseExpression(cursor) : cursor.missing();
}

function parseSet(cursor: Cursor, start: number): Statement {
  const name = cursor.expectIdentifier('the name of a variable');
  const value = parseValue(cursor);
  return { kind: 'set', name, value, ...cursor.span(start) };
}

function parseIf(cursor: Cursor, start: number): If {
  const condition = parseExpression(cursor);
  const then = parseBlock(cursor);
  const otherwise = cursor.takeWord('else') ? parseElse(cursor) : undefined;
  return { kind: 'if', condition, then, otherwise, ...cursor.span(start) };
}

function parseElse(cursor: Cursor): Block | Statement | undefined {
  if (cursor.atSymbol('{')) return parseBlock(cursor);
  const statement = parseStatement(cursor);
  if (statement === undefined) cursor.expected('"{" or a statement');
  return statement;
}

function parseFor(cursor: Cursor, start: number): Statement {
  const name = cursor.expectIdentifier('a name');
  const of = cursor.expectWord('in') ? parseExpression(cursor) : cursor.missing();
  const body = parseBlock(cursor);
  return { kind: 'for', name, of, body, ...cursor.span(start) };
}

function parseWhile(cursor: Cursor, start: number): Statement {
  const condition = parseExpression(cursor);
  const body = parseBlock(cursor);
  return { kind: 'while', condition, body, ...cursor.span(start) };
}

function parseReturn(cursor: Cursor, start: number): Statement {
  const value = cursor.atSymbol('}') ? undefined : parseExpression(cursor);
  return { kind: 'return', value, ...cursor.span(start) };
}
