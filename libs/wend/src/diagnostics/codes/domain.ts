// E2xx: what a policy may say.
import type { CodePage } from '../code-page.ts';

export const domainCodes = {} as const satisfies Record<string, CodePage>;
