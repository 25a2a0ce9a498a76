// W3xx: what is allowed and looks wrong.
import type { CodePage } from '../code-page.ts';

export const warningCodes = {} as const satisfies Record<string, CodePage>;
