// Effects: what rules and routes do. Each function reads what follows the word of its effect.
import type { Cursor } from './cursor.ts';
import { atLambda, parseExpression, parseLambda } from './parse-expressions.ts';
import { parseSomeItems } from './parse-items.ts';
import { parsePath } from './parse-path.ts';
import { parseInt } from './parse-primaries.ts';
import { atStatement, parseBlock, parseValue } from './parse-statements.ts';
import type { Arm, Effect, ExperimentArm, Lambda, Name, Use } from './tree.ts';
import { failureClasses } from './words.ts';

type EffectParser = (cursor: Cursor, start: number) => Effect;

export const effectParsers: ReadonlyMap<string, EffectParser> = new Map<string, EffectParser>([
  ['deny', parseDeny],
  ['candidates', (cursor, start) => ({ kind: 'candidates', of: parseExpression(cursor), ...cursor.span(start) })],
  ['split', parseSplit],
  ['fallback', parseFallback],
  ['sticky', parseSticky],
  ['limit', parseLimit],
  ['only', (cursor, start) => parseFilter(cursor, start, 'only')],
  ['exclude', (cursor, start) => parseFilter(cursor, start, 'exclude')],
  ['use', parseUse],
  ['transform', parseTransform],
  ['experiment', parseExperiment],
  ['cache', parseCache],
  ['hedge', parseHedge],
  ['tag', parseTag],
]);

function parseDeny(cursor: Cursor, start: number): Effect {
  const reason = cursor.expectString('the reason, as a string');
  const status = cursor.takeWord('status') ? parseInt(cursor) : undefined;
  const message = cursor.takeWord('message') ? parseExpression(cursor) : undefined;
  return { kind: 'deny', reason, status, message, ...cursor.span(start) };
}

function parseSplit(cursor: Cursor, start: number): Effect {
  const by = cursor.takeWord('by') ? parseExpression(cursor) : undefined;
  const arms = cursor.expectSymbol('{') ? parseSomeItems(cursor, '}', () => parseArm(cursor)) : [];
  cursor.expectSymbol('}');
  return { kind: 'split', by, arms, ...cursor.span(start) };
}

function parseArm(cursor: Cursor): Arm {
  const { start } = cursor.token;
  const of = parseExpression(cursor);
  const weight = cursor.expectSymbol(':') ? parseExpression(cursor) : cursor.missing();
  return { of, weight, ...cursor.span(start) };
}

function parseFallback(cursor: Cursor, start: number): Effect {
  const to = parseExpression(cursor);
  const on = cursor.takeWord('on') ? parseClasses(cursor) : [];
  const retry = cursor.takeWord('retry') ? parseInt(cursor) : undefined;
  const backoff = cursor.takeWord('backoff') ? parseExpression(cursor) : undefined;
  return { kind: 'fallback', to, on, retry, backoff, ...cursor.span(start) };
}

/** One class of failures at least; a comma may follow the last. */
function parseClasses(cursor: Cursor): readonly Name[] {
  const classes: Name[] = [];
  do {
    if (
      classes.length > 0 &&
      (cursor.atSymbol('}') || cursor.atWord('retry') || cursor.atWord('backoff') || atStatement(cursor))
    )
      break;
    if (cursor.token.kind !== 'identifier' || !failureClasses.has(cursor.token.text))
      cursor.expected('a class of failures', `there are ${[...failureClasses].join(', ')}`);
    if (cursor.token.kind !== 'identifier') break;
    classes.push(cursor.takeName());
  } while (cursor.takeSymbol(','));
  return classes;
}

function parseSticky(cursor: Cursor, start: number): Effect {
  const by = cursor.expectWord('by') ? parseExpression(cursor) : cursor.missing();
  return { kind: 'sticky', by, ...cursor.span(start) };
}

function parseLimit(cursor: Cursor, start: number): Effect {
  const what = cursor.expectIdentifier('the name of a limit');
  const value = parseValue(cursor);
  return { kind: 'limit', what, value, ...cursor.span(start) };
}

function parseFilter(cursor: Cursor, start: number, kind: 'only' | 'exclude'): Effect {
  cursor.enter();
  const test = atLambda(cursor) ? parseLambda(cursor) : missingLambda(cursor);
  cursor.leave();
  return { kind, test, ...cursor.span(start) };
}

function missingLambda(cursor: Cursor): Lambda {
  const { start } = cursor.token;
  cursor.expected('a condition on a model', 'write it as m => m.region == "eu"');
  return { kind: 'lambda', parameter: cursor.missingName(), body: cursor.missing(), start, end: start };
}

function parseUse(cursor: Cursor, start: number): Effect {
  const stage = expectOneOf(cursor, ['pre', 'validate', 'post']) ?? 'pre';
  const extension = cursor.expectString('an extension as "name@range"');
  const config = cursor.takeWord('with') ? parseExpression(cursor) : undefined;
  const mode = takeOneOf(cursor, ['required', 'optional']);
  const onFail =
    mode === undefined && cursor.takeWord('on_fail') ? expectOneOf(cursor, ['block', 'warn', 'ignore']) : undefined;
  const timeout = cursor.takeWord('timeout') ? parseExpression(cursor) : undefined;
  const stream = cursor.takeWord('stream') ? parseStream(cursor) : undefined;
  return { kind: 'use', stage, extension, with: config, mode, onFail, timeout, stream, ...cursor.span(start) };
}

function parseStream(cursor: Cursor): Use['stream'] {
  const kind = expectOneOf(cursor, ['window', 'buffer', 'skip']);
  return kind === 'window' ? { kind, size: parseInt(cursor) } : kind && { kind };
}

function parseTransform(cursor: Cursor, start: number): Effect {
  const what = expectOneOf(cursor, ['request', 'response']) ?? 'request';
  const path = parsePath(cursor);
  const value = parseValue(cursor);
  return { kind: 'transform', what, path, value, ...cursor.span(start) };
}

function parseExperiment(cursor: Cursor, start: number): Effect {
  const name = cursor.expectName('the name of an experiment');
  const by = cursor.expectWord('by') ? parseExpression(cursor) : cursor.missing();
  const arms = cursor.expectSymbol('{') ? parseSomeItems(cursor, '}', () => parseExperimentArm(cursor)) : [];
  cursor.expectSymbol('}');
  return { kind: 'experiment', name, by, arms, ...cursor.span(start) };
}

function parseExperimentArm(cursor: Cursor): ExperimentArm {
  const { start } = cursor.token;
  const name = cursor.expectName('the name of an arm');
  cursor.expectSymbol(':');
  return { name, body: parseBlock(cursor), ...cursor.span(start) };
}

function parseCache(cursor: Cursor, start: number): Effect {
  if (cursor.takeWord('off')) return { kind: 'cache', on: undefined, ...cursor.span(start) };
  if (!cursor.takeWord('key')) cursor.expected('"off" or "key"');
  const key = parseExpression(cursor);
  const ttl = cursor.expectWord('ttl') ? parseExpression(cursor) : cursor.missing();
  return { kind: 'cache', on: { key, ttl }, ...cursor.span(start) };
}

function parseHedge(cursor: Cursor, start: number): Effect {
  const after = cursor.expectWord('after') ? parseExpression(cursor) : cursor.missing();
  return { kind: 'hedge', after, ...cursor.span(start) };
}

function parseTag(cursor: Cursor, start: number): Effect {
  const path = parsePath(cursor);
  const value = parseValue(cursor);
  return { kind: 'tag', path, value, ...cursor.span(start) };
}

function takeOneOf<Word extends string>(cursor: Cursor, words: readonly Word[]): Word | undefined {
  const word = words.find((one) => cursor.atWord(one));
  if (word !== undefined) cursor.advance();
  return word;
}

function expectOneOf<Word extends string>(cursor: Cursor, words: readonly Word[]): Word | undefined {
  const word = takeOneOf(cursor, words);
  if (word === undefined) cursor.expected(words.map((one) => `"${one}"`).join(' or '));
  return word;
}
