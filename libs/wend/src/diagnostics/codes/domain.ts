// E2xx: what a policy may say.
import type { CodePage } from '../code-page.ts';

export const domainCodes = {
  E201: {
    title: 'not one of the values',
    meaning: 'An enum has a few values, and this is none of them: the comparison could never be true.',
    example: 'policy "p" { rule r when tenant.tier == "fre" { tag free = true } }',
  },
  E202: {
    title: 'effect in a function',
    meaning: 'Functions compute values. Rules and routes say what holds.',
    example: 'policy "p" { fn f() -> Int { tag x = 1 return 1 } }',
  },
  E203: {
    title: 'effect of a route in a rule',
    meaning:
      '`candidates`, `split`, `fallback` and `sticky` choose, and that is what routes are for. Rules narrow the choice with `only` and `exclude`.',
    example: 'policy "p" { rule r { candidates @openai/gpt-4.1 } }',
  },
  E205: {
    title: 'unknown limit',
    meaning: 'There are `max_tokens`, `timeout`, `rpm`, `tpm` and `concurrency`.',
    example: 'policy "p" { rule r { limit tokens = 100 } }',
  },
  E206: {
    title: 'weights',
    meaning: 'A weight is 0 or more, and one of them is more than 0.',
    example: 'policy "p" { route r { split { @openai/gpt-4.1: 0 } } }',
  },
  E207: {
    title: 'field that is not written',
    meaning:
      'The mesh itself reads or writes the field: `model`, `stream`, `n` and the limits of tokens in a request; `id`, `choices`, `usage` and the like in an answer.',
    example: 'policy "p" { rule r { transform request model = "gpt-4.1" } }',
  },
  E208: {
    title: 'number out of its range',
    meaning: 'A status is 400 to 599, `retry` 0 to 5, the window of a stream 1 to 4096.',
    example: 'policy "p" { rule r { deny "no" status 200 } }',
  },
  E209: {
    title: 'experiment of one arm',
    meaning: 'An experiment compares two arms at least; the first is taken while it does not run.',
    example: 'policy "p" { rule r { experiment e by seed { a: { tag x = 1 } } } }',
  },
  E210: {
    title: 'no default route',
    meaning: 'When no guard holds, no route is taken. Add one without a guard, here or in a layer above.',
    example: 'policy "p" { route long when request.tokens_in > 100k { candidates cheapest(1) } }',
  },
  E211: {
    title: 'combine',
    meaning: 'There is `combine pipeline replace`, in the root policy.',
    example: 'policy "p" { combine limits loosest }',
  },
  E212: {
    title: 'too many rules',
    meaning: 'A policy has 500 rules at most.',
    example: `policy "p" {${Array.from({ length: 501 }, (_, index) => ` rule r${index} {}`).join('')} }`,
  },
  E213: {
    title: 'not greater than 0',
    meaning: 'Limits, timeouts, times to live and waits are greater than 0.',
    example: 'policy "p" { rule r { limit max_tokens = 0 } }',
  },
  E214: {
    title: 'no key',
    meaning: 'What is hashed to tell one from another is a String, an Int or a ModelId.',
    example: 'policy "p" { route r { split by 1.5 { @openai/gpt-4.1: 1 } } }',
  },
  E215: {
    title: 'no name of a source or extension',
    meaning:
      'Names are segments of letters, digits, `.`, `_` and `-`, joined by `/`; a range of versions may follow behind `@`.',
    example: 'policy "p" { rule r { use pre "pii guard" } }',
  },
  E216: {
    title: 'no version',
    meaning: 'A version is `1.2.3`; a range of them is `^1.2`, `~1.2`, `1.x`, `1.2.3` or `*`.',
    example: 'policy "p" version "latest" {}',
  },
  E219: {
    title: 'breaker',
    meaning: 'A breaker says `calls`, `failures` and `open`, each as a literal.',
    example: 'policy "p" { breaker * { failures: 150%, calls: 20, open: 30s } }',
  },
  E220: {
    title: 'experiment in an experiment',
    meaning: 'An arm of an experiment holds no other experiment: nobody could tell the effects apart.',
    example: 'policy "p" { rule r { experiment e by seed { a: { experiment f by seed { c: {}, d: {} } }, b: {} } } }',
  },
  E221: {
    title: 'meta',
    meaning: '`meta` is a record of literals.',
    example: 'policy "p" { meta { sum: 1 + 1 } }',
  },
  E222: {
    title: 'not in the input',
    meaning: 'What a test gives is a part of the input, and a sample one of those that there are.',
    example: 'policy "p" { test "t" { given tenant.name = "x" expect true } }',
  },
} as const satisfies Record<string, CodePage>;
