// W3xx: what is allowed and looks wrong.
import type { CodePage } from '../code-page.ts';

export const warningCodes = {
  W301: {
    title: 'never reached',
    meaning: 'What stands before it always leaves: `return`, `deny`, `break`, `continue`, or a loop without an end.',
    example: 'policy "p" { rule r { deny "no" tag x = 1 } }',
  },
  W302: {
    title: 'always the same',
    meaning: 'Both sides of the comparison are literals.',
    example: 'policy "p" { rule r when 1 > 2 { tag x = 1 } }',
  },
  W303: {
    title: 'route that is never asked',
    meaning:
      'A route without a guard comes before it. `final` routes are asked first, those of the layers above before these.',
    example:
      'policy "p" { route default { candidates cheapest(1) } route vip when request.stream { candidates cheapest(2) } }',
  },
  W304: {
    title: 'never null',
    meaning: 'The value is always there: what is said of its absence is never used.',
    example: 'policy "p" { rule r when (request.tokens_in ?? 0) > 5 { tag x = 1 } }',
  },
  W305: {
    title: 'model stands here twice',
    meaning: 'The second one is never asked for anything that the first was not.',
    example: 'policy "p" { route r { candidates [@openai/gpt-4.1, @openai/gpt-4.1] } }',
  },
  W306: {
    title: 'unused',
    meaning: 'Nothing here uses the name. Let it begin with `_` if that is meant, for a layer below perhaps.',
    example: 'policy "p" { const n = 1 }',
  },
  W307: {
    title: 'guard that never holds',
    meaning: 'The parts of an `and` exclude each other.',
    example: 'policy "p" { rule r when request.tokens_in > 5 and request.tokens_in < 3 { tag x = 1 } }',
  },
} as const satisfies Record<string, CodePage>;
