// For tests: policies from texts that find each other by the names that they bear.
import { createHash } from 'node:crypto';
import type { Source } from '../data/source.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { positionAt } from '../diagnostics/position.ts';
import { generate } from '../run/generate.ts';
import { link, type Linked, type LinkedPolicy, type LinkOptions } from './link.ts';

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** As a source that is named as it names itself: `acme/chat.wend`. */
export function sourceOf(text: string): Source {
  const name = /(?:policy|library)\s+"([^"]*)"/.exec(text)?.[1] ?? 'unnamed';
  return { file: `${name}.wend`, text };
}

/** The newest one, which stands first, of those with the name. */
export function resolver(texts: readonly string[]): LinkOptions['resolve'] {
  const sources = texts.map(sourceOf);
  return (name) => sources.find(({ file }) => file === `${name}.wend`);
}

/** @param texts the leaf, then what it may extend and import */
export function linkTexts(
  [leaf, ...others]: readonly [string, ...string[]],
  options: Partial<LinkOptions> = {},
): Linked {
  return link(sourceOf(leaf), { resolve: resolver(others), digest: sha256, backEnd: generate, ...options });
}

/** @throws when there is anything wrong with it, said as `problems` does */
export function linked(texts: readonly [string, ...string[]], options: Partial<LinkOptions> = {}): LinkedPolicy {
  const { policy, diagnostics } = linkTexts(texts, options);
  if (policy === undefined) throw new Error(problems(diagnostics, texts).join('\n'));
  return policy;
}

/** `E420 acme/chat.wend:1:28 there is no policy "platform/base"` */
export function problems(diagnostics: readonly Diagnostic[], texts: readonly string[]): readonly string[] {
  return diagnostics.map(({ code, file, span, message }) => {
    const text = texts.find((one) => sourceOf(one).file === file) ?? '';
    const { line, column } = positionAt(text, span.start);
    return `${code} ${file}:${line}:${column} ${message}`;
  });
}
