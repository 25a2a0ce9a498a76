// Every diagnostic there is. The reference of error codes is generated from here; a code keeps its meaning for ever.
import type { CodePage } from './code-page.ts';
import { domainCodes } from './codes/domain.ts';
import { linkingCodes } from './codes/linking.ts';
import { syntaxCodes } from './codes/syntax.ts';
import { typeCodes } from './codes/types.ts';
import { warningCodes } from './codes/warnings.ts';

export const codes = {
  ...syntaxCodes,
  ...typeCodes,
  ...domainCodes,
  ...linkingCodes,
  ...warningCodes,
} as const satisfies Record<string, CodePage>;

export type Code = keyof typeof codes;
