// Where reading goes on after an error.
import type { Cursor } from './cursor.ts';
import type { Token } from './token.ts';
import { declarationWords, followingWords } from './words.ts';

/** Whether a declaration begins here, by its word and by what follows it: its word alone may be the name of something. */
export function atDeclaration(cursor: Cursor): boolean {
  const { kind, text } = cursor.token;
  if (kind !== 'identifier' || !declarationWords.has(text)) return false;
  const next = cursor.peek(1);
  switch (text) {
    case 'meta':
      return isSymbol(next, '{');
    case 'test':
      return next.kind === 'string';
    case 'breaker':
      return next.kind === 'model' || isSymbol(next, '*');
    case 'rule':
    case 'route':
      return next.kind === 'identifier' || next.kind === 'string' || isSymbol(next, '{');
    default:
      return next.kind === 'identifier';
  }
}

/** Whether a declaration begins here although an expression is expected: a name that is a word of declarations is never followed by another name or a string. */
export function isDeclarationInstead(cursor: Cursor): boolean {
  if (!declarationWords.has(cursor.token.text) || cursor.token.kind !== 'identifier') return false;
  const next = cursor.peek(1);
  if (next.kind === 'string') return true;
  return next.kind === 'identifier' && !declarationWords.has(next.text) && !followingWords.has(next.text);
}

/** Whether the `{` at hand begins a block although a record is expected: there is a word of statements in it, and no colon behind. */
export function isBlockInstead(cursor: Cursor): boolean {
  const word = cursor.peek(1);
  return word.kind === 'identifier' && followingWords.has(word.text) && !isSymbol(cursor.peek(2), ':');
}

/** Leave out what stands here, up to a place to go on from: where `starts` says so outside of braces, the `}` that closes what is open, a declaration, or the end. At least one token, unless such a place is at hand. */
export function skipTo(cursor: Cursor, starts: (cursor: Cursor) => boolean): void {
  let braces = 0;
  while (!cursor.atEnd() && !atDeclaration(cursor)) {
    if (braces === 0 && (cursor.atSymbol('}') || starts(cursor))) return;
    if (cursor.atSymbol('{')) braces += 1;
    if (cursor.atSymbol('}')) braces -= 1;
    cursor.advance();
  }
}

/** Leave out what stands here, up to the bracket that closes a list, but nothing that is not likely to be in it. */
export function skipWithin(cursor: Cursor, closing: string): void {
  while (!cursor.atEnd() && !cursor.atSymbol(closing) && !cursor.atSymbol('{') && !cursor.atSymbol('}')) {
    const { kind, text } = cursor.token;
    if (kind === 'identifier' && (followingWords.has(text) || declarationWords.has(text))) return;
    cursor.advance();
  }
}

function isSymbol(token: Token, symbol: string): boolean {
  return token.kind === 'symbol' && token.text === symbol;
}
