// What stands in a policy or a library. Each function reads what follows the word of its declaration.
import { sourceLimits } from '../limits.ts';
import type { Cursor } from './cursor.ts';
import { declarationHelp } from './foreign.ts';
import { parseInt, parseModel, parseRecord } from './parse-primaries.ts';
import { parseExpression } from './parse-expressions.ts';
import { parseItems } from './parse-items.ts';
import { parseBlock, parseValue } from './parse-statements.ts';
import { parseTest } from './parse-tests.ts';
import { parseParameter, parseType, parseTypeAnnotation } from './parse-types.ts';
import { skipTo } from './recovery.ts';
import type { Declaration, Expression, FunctionDeclaration, ModelLiteral, Param, Route, Rule } from './tree.ts';

/** Declarations up to the `}` that ends them, which is left. */
export function parseDeclarations(cursor: Cursor, of: 'policy' | 'library'): readonly Declaration[] {
  const declarations: Declaration[] = [];
  while (!cursor.atSymbol('}') && !cursor.atEnd()) {
    const word = cursor.token;
    const { place } = cursor;
    const declaration = parseDeclaration(cursor);
    if (!cursor.closed && cursor.wordsSince(place) > sourceLimits.declarationWords) {
      // Left out: what checks and compiles a declaration does so without a pause.
      const help = 'make functions, or several rules, of it';
      const most = sourceLimits.declarationWords;
      cursor.report('E015', word.start, word.end, `a declaration of more than ${most} words and signs`, help);
      continue;
    }
    if (declaration !== undefined) {
      if (of === 'library' && !inLibraries.has(declaration.kind)) {
        const help = 'a library is made of const, type, fn and test; all else stands in a policy';
        cursor.report('E013', word.start, word.end, `a library cannot hold "${declaration.kind}"`, help);
      }
      declarations.push(declaration);
      continue;
    }
    cursor.expected('a declaration', declarationHelp(cursor.token));
    const { token } = cursor;
    skipTo(cursor, () => false);
    // INVARIANT (progress): what looks like a declaration and is none, as `open param`, is left out.
    if (cursor.token === token && !cursor.atSymbol('}')) cursor.advance();
  }
  return declarations;
}

function parseDeclaration(cursor: Cursor): Declaration | undefined {
  const { kind, text, start } = cursor.token;
  if (kind !== 'identifier') return undefined;
  const modifier = text === 'open' || text === 'final' ? text : undefined;
  const word = modifier === undefined ? text : cursor.peek(1).text;
  const parser = parsers.get(word);
  if (parser === undefined || (modifier !== undefined && modifiers.get(word) !== modifier)) return undefined;
  cursor.advance();
  if (modifier !== undefined) cursor.advance();
  cursor.enter();
  const declaration = parser(cursor, start, modifier !== undefined);
  cursor.leave();
  return declaration;
}

const inLibraries: ReadonlySet<string> = new Set(['const', 'type', 'fn', 'test']);

type DeclarationParser = (cursor: Cursor, start: number, modified: boolean) => Declaration;

/** What may stand before a declaration. */
const modifiers: ReadonlyMap<string, string> = new Map([
  ['param', 'final'],
  ['route', 'final'],
  ['fn', 'open'],
  ['rule', 'open'],
]);

const parsers: ReadonlyMap<string, DeclarationParser> = new Map<string, DeclarationParser>([
  ['meta', (cursor, start) => ({ kind: 'meta', value: parseRecord(cursor), ...cursor.span(start) })],
  ['combine', parseCombine],
  ['param', parseParam],
  ['const', parseConstant],
  ['type', parseTypeDefinition],
  ['fn', parseFunction],
  ['rule', parseRule],
  ['route', parseRoute],
  ['breaker', parseBreaker],
  ['test', parseTest],
]);

function parseCombine(cursor: Cursor, start: number): Declaration {
  const what = cursor.expectIdentifier('what to combine');
  const how = cursor.expectIdentifier('how to combine it');
  return { kind: 'combine', what, how, ...cursor.span(start) };
}

function parseParam(cursor: Cursor, start: number, final: boolean): Param {
  const name = cursor.expectIdentifier('a name');
  const type = parseTypeAnnotation(cursor);
  const value = parseValue(cursor);
  return { kind: 'param', final, name, type, value, ...cursor.span(start) };
}

function parseConstant(cursor: Cursor, start: number): Declaration {
  const name = cursor.expectIdentifier('a name');
  const type = parseTypeAnnotation(cursor);
  const value = parseValue(cursor);
  return { kind: 'const', name, type, value, ...cursor.span(start) };
}

function parseTypeDefinition(cursor: Cursor, start: number): Declaration {
  const name = cursor.expectIdentifier('a name');
  cursor.expectSymbol('=');
  const type = parseType(cursor);
  return { kind: 'type', name, type, ...cursor.span(start) };
}

function parseFunction(cursor: Cursor, start: number, open: boolean): FunctionDeclaration {
  const name = cursor.expectIdentifier('a name');
  cursor.expectSymbol('(');
  const parameters = parseItems(cursor, ')', () => parseParameter(cursor));
  cursor.expectSymbol(')');
  cursor.expectSymbol('->');
  const returns = parseType(cursor);
  const body = parseBlock(cursor);
  return { kind: 'fn', open, name, parameters, returns, body, ...cursor.span(start) };
}

function parseRule(cursor: Cursor, start: number, open: boolean): Rule {
  const name = cursor.expectName('the name of the rule');
  const priority = cursor.takeWord('priority') ? parsePriority(cursor) : undefined;
  const when = parseWhen(cursor);
  const body = parseBlock(cursor);
  return { kind: 'rule', open, name, priority, when, body, ...cursor.span(start) };
}

function parsePriority(cursor: Cursor): number {
  const sign = cursor.takeSymbol('-') ? -1 : 1;
  const { value } = parseInt(cursor);
  return value === 0 ? 0 : sign * value;
}

function parseRoute(cursor: Cursor, start: number, final: boolean): Route {
  const name = cursor.expectName('the name of the route');
  const when = parseWhen(cursor);
  const body = parseBlock(cursor);
  return { kind: 'route', final, name, when, body, ...cursor.span(start) };
}

function parseWhen(cursor: Cursor): Expression | undefined {
  return cursor.takeWord('when') ? parseExpression(cursor) : undefined;
}

function parseBreaker(cursor: Cursor, start: number): Declaration {
  const model = cursor.takeSymbol('*') ? undefined : expectModel(cursor);
  const value = parseRecord(cursor);
  return { kind: 'breaker', model, value, ...cursor.span(start) };
}

function expectModel(cursor: Cursor): ModelLiteral | undefined {
  if (cursor.token.kind === 'model') return parseModel(cursor);
  cursor.expected('a model as @vendor/model, or "*"');
  return undefined;
}
