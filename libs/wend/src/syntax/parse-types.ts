// Types, as they are written.
import type { Cursor } from './cursor.ts';
import { parseItems } from './parse-items.ts';
import type { Parameter, Text, TypeNode } from './tree.ts';
import { reservedWords } from './words.ts';

/** A type, with `?` behind it or without. */
export function parseType(cursor: Cursor): TypeNode {
  const { start } = cursor.token;
  // Two levels: of the type, and of the `?` around it.
  if (!cursor.enter(2)) {
    cursor.leave(2);
    return { kind: 'missing-type', start, end: start };
  }
  const of = parseBase(cursor);
  cursor.leave(2);
  return cursor.takeSymbol('?') ? { kind: 'optional', of, ...cursor.span(start) } : of;
}

/** `: Type`, if there is one. */
export function parseTypeAnnotation(cursor: Cursor): TypeNode | undefined {
  return cursor.takeSymbol(':') ? parseType(cursor) : undefined;
}

/** `name: Type`. */
export function parseParameter(cursor: Cursor): Parameter {
  const { start } = cursor.token;
  const name = cursor.expectIdentifier('the name of a parameter');
  return { name, type: parseTypeBehindColon(cursor), ...cursor.span(start) };
}

function parseTypeField(cursor: Cursor): Parameter {
  const { start } = cursor.token;
  const name = cursor.expectField('the name of a field');
  return { name, type: parseTypeBehindColon(cursor), ...cursor.span(start) };
}

function parseTypeBehindColon(cursor: Cursor): TypeNode {
  if (cursor.expectSymbol(':')) return parseType(cursor);
  return { kind: 'missing-type', start: cursor.token.start, end: cursor.token.start };
}

function parseBase(cursor: Cursor): TypeNode {
  const { token } = cursor;
  const { start } = token;
  if (token.kind === 'string') return parseEnum(cursor);
  if (cursor.takeSymbol('[')) {
    const of = parseType(cursor);
    cursor.expectSymbol(']');
    return { kind: 'list-type', of, ...cursor.span(start) };
  }
  if (cursor.takeSymbol('{')) {
    const fields = parseItems(cursor, '}', () => parseTypeField(cursor));
    cursor.expectSymbol('}');
    return { kind: 'record-type', fields, ...cursor.span(start) };
  }
  if (token.kind !== 'identifier' || reservedWords.has(token.text)) {
    cursor.expected('a type');
    return { kind: 'missing-type', start, end: start };
  }
  cursor.advance();
  if (token.text !== 'Map') return { kind: 'named', name: token.text, start, end: token.end };
  cursor.expectSymbol('<');
  const of = parseType(cursor);
  cursor.expectGreater();
  return { kind: 'map-type', of, ...cursor.span(start) };
}

/** `"a" | "b"` */
function parseEnum(cursor: Cursor): TypeNode {
  const { start } = cursor.token;
  const values: Text[] = [cursor.takeString()];
  while (cursor.takeSymbol('|')) values.push(cursor.expectString('a string'));
  return { kind: 'enum', values, ...cursor.span(start) };
}
