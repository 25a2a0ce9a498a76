// E4xx: linking.
import type { CodePage } from '../code-page.ts';

export const linkingCodes = {} as const satisfies Record<string, CodePage>;
