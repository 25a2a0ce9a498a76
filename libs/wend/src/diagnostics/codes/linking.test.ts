import { expect, test } from 'vitest';
import { sampleCatalogue } from '../../data/sample-catalogue.ts';
import { linkTexts } from '../../link/link.testing.ts';
import type { CodePage } from '../code-page.ts';
import { linkingCodes } from './linking.ts';

test.each(Object.entries<CodePage>(linkingCodes))('the example of %s gets it', (code, { example, beside = [] }) => {
  const catalogue = { ...sampleCatalogue, extensions: new Set(['pii-guard']) };
  const { policy, diagnostics } = linkTexts([example, ...beside], { catalogue });
  expect(policy).toBeUndefined();
  expect([...new Set(diagnostics.filter(({ severity }) => severity === 'error').map((one) => one.code))]).toEqual([
    code,
  ]);
});
