// The pages that are generated from the language: their path from the root of the repository, and what makes them.
import { errorsPage } from './errors-page.ts';
import { referencePage } from './reference-page.ts';

/** Pure functions, so that a test can compare what they make with what is committed. */
export const generatedFiles: Readonly<Record<string, () => string>> = {
  'docs/wend/errors.md': errorsPage,
  'docs/wend/reference.md': referencePage,
};
