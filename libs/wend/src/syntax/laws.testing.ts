// What holds for every text, well-formed or not.
import { expect } from 'vitest';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { sourceLimits } from '../limits.ts';
import { format } from './format.ts';
import { parse } from './parse.ts';
import type { SourceFile } from './tree.ts';

/** Parse it, and hold the result to the laws: positions within the text, tokens that are the text, a tree of bounded depth, and those of the formatter for what parses. */
export function holdLaws(text: string): { readonly source: SourceFile; readonly diagnostics: readonly Diagnostic[] } {
  const parsed = parse(text, 'laws.wend');
  const { source, diagnostics } = parsed;
  for (const { span, message } of diagnostics)
    if (!(span.start >= 0 && span.start <= span.end && span.end <= text.length)) expect.fail(`${message} lies outside`);
  if (source.tokens.map((token) => token.text).join('') !== text) expect.fail('the tokens are not the text');
  const deep = depthOf(source.body);
  if (deep > sourceLimits.depth) expect.fail(`the tree has ${deep} levels`);
  if (diagnostics.length === 0) holdFormatLaws(source);
  return parsed;
}

function holdFormatLaws(source: SourceFile): void {
  const text = format(source);
  if (Buffer.byteLength(text) > sourceLimits.bytes) return; // it has grown beyond what parses
  const again = parse(text, 'formatted.wend');
  if (again.diagnostics.length > 0)
    expect.fail(`formatting made it wrong: ${again.diagnostics[0]?.message ?? ''}\n${text}`);
  if (shape(again.source) !== shape(source)) expect(treeOf(again.source)).toEqual(treeOf(source));
  expect(comments(again.source)).toEqual(comments(source));
  const twice = format(again.source);
  if (twice !== text) expect(twice).toBe(text);
}

/** The tree without positions. */
export function treeOf({ imports, body }: SourceFile): unknown {
  return JSON.parse(shape({ imports, body }));
}

function shape({ imports, body }: Pick<SourceFile, 'imports' | 'body'>): string {
  return JSON.stringify({ imports, body }, (key, value: unknown) =>
    key === 'start' || key === 'end' ? undefined : value,
  );
}

function comments({ tokens }: SourceFile): readonly string[] {
  return tokens.filter(({ kind }) => kind === 'comment').map(({ text }) => text.trimEnd());
}

/** The levels of a tree: nodes within nodes. */
function depthOf(node: unknown): number {
  if (typeof node !== 'object' || node === null) return 0;
  const below = Math.max(0, ...Object.values(node).map(depthOf));
  return 'kind' in node && node.kind !== 'policy' && node.kind !== 'library' ? below + 1 : below;
}
