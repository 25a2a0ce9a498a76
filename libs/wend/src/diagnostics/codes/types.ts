// E1xx: types.
import type { CodePage } from '../code-page.ts';

export const typeCodes = {} as const satisfies Record<string, CodePage>;
