// Text to tree.
import { type Diagnostic, Diagnostics } from '../diagnostics/diagnostic.ts';
import { sourceLimits } from '../limits.ts';
import { Cursor } from './cursor.ts';
import { parseDeclarations } from './parse-declarations.ts';
import { atDeclaration, skipTo } from './recovery.ts';
import type { Token } from './token.ts';
import { type Report, tokenize } from './tokenize.ts';
import type { Declaration, Import, Library, Policy, SourceFile } from './tree.ts';

/** Never throws: what it does not understand it reports, and goes on at the next declaration. */
export function parse(text: string, file: string): { source: SourceFile; diagnostics: readonly Diagnostic[] } {
  const diagnostics = new Diagnostics(file);
  const report: Report = (code, start, end, message, help) => {
    diagnostics.report(code, { start, end }, message, help);
  };
  const limit = offsetOfByte(text, sourceLimits.bytes);
  if (limit < text.length) {
    report(
      'E012',
      limit,
      text.length,
      `the source is larger than ${sourceLimits.bytes} bytes`,
      'move functions and types to a library',
    );
    return {
      source: { file, text, tokens: unread(text), imports: [], body: undefined },
      diagnostics: diagnostics.list,
    };
  }
  const tokens = tokenize(text, report);
  const cursor = new Cursor(tokens, report);
  const imports: Import[] = [];
  while (cursor.atWord('import')) imports.push(parseImport(cursor));
  const body = parseBody(cursor);
  const source = { file, text, tokens: splitTokens(tokens.all, cursor.split), imports, body };
  return { source, diagnostics: diagnostics.list.sort((a, b) => a.span.start - b.span.start) };
}

function parseImport(cursor: Cursor): Import {
  const { start } = cursor.advance();
  const from = cursor.expectString('a library as "name@range"');
  const as = cursor.takeWord('as') ? cursor.expectIdentifier('a name') : undefined;
  return { kind: 'import', from, as, ...cursor.span(start) };
}

function parseBody(cursor: Cursor): Policy | Library | undefined {
  const { start } = cursor.token;
  const kind = cursor.atWord('policy') ? 'policy' : cursor.atWord('library') ? 'library' : undefined;
  if (kind === undefined) {
    cursor.expected('"policy" or "library"', 'a source begins with policy "tenant/name" { … }');
    return undefined;
  }
  cursor.advance();
  const name = cursor.expectNameString(`the name of the ${kind}, as a string`);
  const version = cursor.takeWord('version') ? cursor.expectNameString('a version, as a string') : undefined;
  const base =
    kind === 'policy' && cursor.takeWord('extends') ? cursor.expectString('a policy as "name@range"') : undefined;
  const declarations: Declaration[] = [];
  if (cursor.expectSymbol('{') || skipToBody(cursor)) {
    declarations.push(...parseDeclarations(cursor, kind));
    cursor.expectSymbol('}');
  }
  const span = cursor.span(start);
  // One "}" too many is one error: what follows it still belongs here.
  while (!cursor.atEnd()) {
    cursor.expected('the end of the file', 'perhaps there is a "}" too many before it');
    if (!atDeclaration(cursor)) cursor.advance();
    skipTo(cursor, () => false);
    declarations.push(...parseDeclarations(cursor, kind));
  }
  return kind === 'policy'
    ? { kind, name, version, extends: base, declarations, ...span }
    : { kind, name, version, declarations, ...span };
}

/** Leave out what stands before the `{` of a policy; whether there is one, or a declaration. */
function skipToBody(cursor: Cursor): boolean {
  while (!cursor.atEnd() && !cursor.atSymbol('{') && !atDeclaration(cursor)) cursor.advance();
  return cursor.takeSymbol('{') || atDeclaration(cursor);
}

/** The offset of the character that crosses so many bytes of UTF-8; the length of the text when none does. */
function offsetOfByte(text: string, bytes: number): number {
  if (text.length * 3 <= bytes) return text.length;
  let size = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    // Each half of a surrogate pair has two of its four bytes.
    size += code < 0x80 ? 1 : code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 2 : 3;
    if (size > bytes) return at;
  }
  return text.length;
}

/** Of a text that is not looked at. */
function unread(text: string): readonly Token[] {
  return [
    { kind: 'unknown', text, start: 0, end: text.length },
    { kind: 'end', text: '', start: text.length, end: text.length },
  ];
}

/** The tokens as they were read: some `>=` as `>` and `=`. */
function splitTokens(tokens: readonly Token[], split: ReadonlySet<number>): readonly Token[] {
  if (split.size === 0) return tokens;
  return tokens.flatMap((token) => {
    if (token.kind !== 'symbol' || !split.has(token.start)) return [token];
    const { start, end } = token;
    return [
      { ...token, text: '>', end: start + 1 },
      { ...token, text: '=', start: start + 1, end },
    ];
  });
}
