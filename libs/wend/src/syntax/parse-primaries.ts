// Operands: literals, names, lists, records, and what stands in parentheses.
import type { Cursor } from './cursor.ts';
import { intValue, modelValue, numberValue, opensHole, regexValue, textValue } from './literals.ts';
import { parseExpression } from './parse-expressions.ts';
import { parseItems } from './parse-items.ts';
import { isBlockInstead, isDeclarationInstead } from './recovery.ts';
import type { Expression, FormatString, IntLiteral, ModelLiteral, RecordEntry, RecordLiteral, Text } from './tree.ts';
import { reservedWords, typeWords } from './words.ts';

/** One operand; `cursor.height` is its height after. */
export function parsePrimary(cursor: Cursor): Expression {
  const { token } = cursor;
  cursor.height = 1;
  switch (token.kind) {
    case 'identifier':
      return parseWord(cursor);
    case 'int':
      return parseInt(cursor);
    case 'float':
    case 'percent':
    case 'duration':
    case 'money':
      cursor.advance();
      return { kind: token.kind, value: numberValue(token, cursor.report), start: token.start, end: token.end };
    case 'string': {
      const { value, start, end } = cursor.takeString();
      return { kind: 'string', value, start, end };
    }
    case 'format':
      return token.text.startsWith('f') ? parseFormat(cursor) : noExpression(cursor);
    case 'regex':
      cursor.advance();
      return { kind: 'regex', value: regexValue(token), start: token.start, end: token.end };
    case 'model':
      return parseModel(cursor);
    case 'symbol':
      if (token.text === '(') return parseParentheses(cursor);
      if (token.text === '[') return parseList(cursor);
      if (token.text === '{' && !isBlockInstead(cursor)) return parseRecord(cursor);
      return noExpression(cursor);
    default:
      return noExpression(cursor);
  }
}

/** A number without a unit, or with `k` or `M`. */
export function parseInt(cursor: Cursor): IntLiteral {
  const { start } = cursor.token;
  if (cursor.token.kind === 'int') {
    const token = cursor.advance();
    return { kind: 'int', value: intValue(token, cursor.report), start, end: token.end };
  }
  cursor.expected('an integer');
  return { kind: 'int', value: 0, start, end: start };
}

/** The model reference at hand. */
export function parseModel(cursor: Cursor): ModelLiteral {
  const token = cursor.advance();
  return { kind: 'model', ...modelValue(token, cursor.report), start: token.start, end: token.end };
}

/** `{ key: value }`; empty where there is none. */
export function parseRecord(cursor: Cursor): RecordLiteral {
  const { start } = cursor.token;
  if (!cursor.expectSymbol('{')) return { kind: 'record', entries: [], start, end: start };
  const entries = parseItems(cursor, '}', () => parseEntry(cursor));
  cursor.expectSymbol('}');
  cursor.height += 1;
  return { kind: 'record', entries, ...cursor.span(start) };
}

function parseEntry(cursor: Cursor): RecordEntry {
  const { start } = cursor.token;
  const key = cursor.token.kind === 'string' ? cursor.expectName('a key') : cursor.expectField('a key');
  const value = cursor.expectSymbol(':') ? parseExpression(cursor) : cursor.missing();
  return { key, value, ...cursor.span(start) };
}

function parseList(cursor: Cursor): Expression {
  const { start } = cursor.advance();
  const items = parseItems(cursor, ']', () => parseExpression(cursor));
  cursor.expectSymbol(']');
  cursor.height += 1;
  return { kind: 'list', items, ...cursor.span(start) };
}

function parseParentheses(cursor: Cursor): Expression {
  const { start } = cursor.advance();
  const of = parseExpression(cursor);
  cursor.expectSymbol(')');
  cursor.height += 1;
  return { kind: 'parentheses', of, ...cursor.span(start) };
}

function parseWord(cursor: Cursor): Expression {
  const { text, start, end } = cursor.token;
  if (text === 'true' || text === 'false' || text === 'null') {
    cursor.advance();
    return { kind: text, start, end };
  }
  if (text === 'not' || text === 'if') {
    cursor.report('E011', start, end, `"${text}" within an operation`, `put it in parentheses: (${text} …)`);
    return parseExpression(cursor);
  }
  if (reservedWords.has(text) || isDeclarationInstead(cursor)) return noExpression(cursor);
  if (typeWords.has(text))
    cursor.report(
      'E009',
      start,
      end,
      `"${text}" is the name of a type, and no value`,
      'functions of the library convert, as int(x) or text(x)',
    );
  cursor.advance();
  return { kind: 'identifier', name: text, start, end };
}

function noExpression(cursor: Cursor): Expression {
  cursor.expected('an expression');
  return cursor.missing();
}

/** `f"… {value} …"`: its pieces are tokens, the values between them expressions. */
function parseFormat(cursor: Cursor): FormatString {
  const { start } = cursor.token;
  const parts: (Text | Expression)[] = [];
  let height = 0;
  for (let from = 2; ; from = 1) {
    const piece = cursor.advance();
    const value = textValue(piece, from, cursor.report);
    const open = opensHole(piece);
    const end = piece.end - (open || piece.text.endsWith('"') ? 1 : 0);
    if (value !== '') parts.push({ value, start: piece.start + from, end: Math.max(piece.start + from, end) });
    if (!open) break;
    parts.push(parseExpression(cursor));
    height = Math.max(height, cursor.height);
    if (cursor.token.kind !== 'format' || cursor.token.text.startsWith('f')) {
      cursor.expected('"}" and the rest of the f-string');
      break;
    }
  }
  cursor.height = height + 1;
  return { kind: 'format', parts, ...cursor.span(start) };
}
