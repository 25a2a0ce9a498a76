// E0xx: the text.
import type { CodePage } from '../code-page.ts';

export const syntaxCodes = {
  E001: {
    title: 'unexpected text',
    meaning: 'The grammar expects something else here.',
    example: 'policy "p" { rule }',
  },
  E002: {
    title: 'unknown character',
    meaning: 'No word of the language has this character.',
    example: 'policy "p"; {}',
  },
  E003: {
    title: 'string without an end',
    meaning:
      'A string ends on the line on which it began; a line feed in it is written as `\\n`. An f-string and the expressions in it stand on one line too.',
    example: 'policy "p {}',
  },
  E004: {
    title: 'unknown escape',
    meaning: 'There are `\\n`, `\\t`, `\\r`, `\\"`, `\\\\`, `\\u{1f600}`, and in f-strings `\\{` and `\\}`.',
    example: 'policy "p" { const path = "C:\\dir" }',
  },
  E005: {
    title: 'invisible character',
    meaning:
      'Control characters, marks that turn the direction of writing and halves of characters could make a source mean something else than it shows. In a string, write them as `\\u{…}`.',
    example: 'policy "p" { const direction = "\u202e" }',
  },
  E006: {
    title: 'no number',
    meaning:
      'Integers are written as `8k`, `2M` or `1_000`, floats as `0.5` or `2.0e-3`, and with units `5%`, `80ms`, `3s`, `5min`, `2h`, `1d`, `$0.01`.',
    example: 'policy "p" { const wait = 80sec }',
  },
  E007: {
    title: 'number out of range',
    meaning:
      'An Int and a Duration in milliseconds are at most 9 007 199 254 740 991; money has at most 12 digits behind the point.',
    example: 'policy "p" { const many = 9007199254740993 }',
  },
  E008: {
    title: 'no model reference',
    meaning:
      'A reference is written as `@vendor/model` of lower-case letters, digits and `.`, `_`, `-`; an alias, and any other name, in quotes: `@"fast"`.',
    example: 'policy "p" { const best = @fast }',
  },
  E009: {
    title: 'reserved word as a name',
    meaning:
      'Words like `if` and `return`, and the names of types, are no names, but behind `.` and as keys of records.',
    example: 'policy "p" { const in = 1 }',
  },
  E010: {
    title: 'nested too deep',
    meaning:
      'A tree has at most 200 levels, and each operator of a long sum is one. Name parts of it with `let` or `fn`.',
    example: `policy "p" { const deep = ${'('.repeat(200)}1${')'.repeat(200)} }`,
  },
  E011: {
    title: 'parentheses needed',
    meaning:
      'What stands here could be read in two ways: `??` beside arithmetic, a comparison of a comparison, or `if`, `not` and functions within an operation.',
    example: 'policy "p" { const sum = null ?? 1 + 2 }',
  },
  E012: {
    title: 'source too large',
    meaning: 'A source has at most 256 KiB in UTF-8. Move functions and types to a library.',
    example: `policy "p" {} //${' large'.repeat(44_000)}`,
  },
  E013: {
    title: 'not in a library',
    meaning: 'A library is made of const, type, fn and test: it decides nothing, and has no params.',
    example: 'library "l" { rule never { deny "no" } }',
  },
  E014: {
    title: 'name too long',
    meaning:
      'Names of policies, rules, routes, experiments and arms, and versions, stand in every decision: they have at most 128 characters.',
    example: `policy "p" { rule "${'long '.repeat(26)}" {} }`,
  },
  E015: {
    title: 'declaration too large',
    meaning:
      'A rule, route, function or other declaration has at most 16 384 words and signs (some 2 000 lines): it is checked and compiled in one go, while requests wait. Make functions, or several rules, of it.',
    example: `policy "p" { rule much { ${'tag x = 1 '.repeat(4_100)} } }`,
  },
} as const satisfies Record<string, CodePage>;
