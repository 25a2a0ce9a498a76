// Regular expressions in linear time (RE2), compiled once.
import { RE2JS } from 're2js';

export interface Regex {
  readonly test: (text: string) => boolean;
  /** Instructions of its program: each may be looked at for each character. */
  readonly size: number;
}

/**
 * Characters of a source and of all in a unit, for compiling them takes time (up to 10 µs a character); instructions of a program; and bytes that its
 * automaton may keep: RE2's own 8 MB would be a bomb in a policy of a hundred regexes.
 */
export const regexLimits = { chars: 512, unitChars: 8192, size: 200, automatonBytes: 64 * 1024 } as const;

const compiled = new Map<string, Regex>();
const cached = 256;

/** @throws Error with words for the author where it is none, or too great */
export function compileRegex(source: string): Regex {
  const known = compiled.get(source);
  if (known !== undefined) return known;
  if (source.length > regexLimits.chars) throw new Error(`a regex of more than ${regexLimits.chars} characters`);
  const program = RE2JS.compile(source);
  const size = program.programSize();
  if (size > regexLimits.size) throw new Error(`a regex of more than ${regexLimits.size} instructions`);
  const { dfa } = program.re2();
  dfa.stateBudget = regexLimits.automatonBytes;
  dfa.memBudget = regexLimits.automatonBytes;
  const regex: Regex = { size, test: (text) => program.test(text) };
  if (compiled.size >= cached) compiled.delete(compiled.keys().next().value ?? '');
  compiled.set(source, regex);
  return regex;
}
