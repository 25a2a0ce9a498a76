// E0xx: the text.
import type { CodePage } from '../code-page.ts';

export const syntaxCodes = {
  E001: {
    title: 'unexpected text',
    meaning: 'The grammar expects something else here.',
    example: 'policy "p" { rule }',
  },
} as const satisfies Record<string, CodePage>;
