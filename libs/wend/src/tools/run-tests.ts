// The tests that stand in a policy.
import type { Catalogue } from '../decide/catalogue.ts';
import type { Span } from '../diagnostics/diagnostic.ts';
import type { LinkedPolicy } from '../link/link.ts';

export interface TestResult {
  readonly file: string;
  readonly name: string;
  readonly span: Span;
  readonly passed: boolean;
  /** The expectations that did not hold: where, and what the sides of a comparison were. */
  readonly failures: readonly { readonly span: Span; readonly message: string }[];
}

/** Of a rule or route: whether a test saw its guard true and false, and the regions of it that no test entered. */
export interface Covered {
  readonly file: string;
  readonly kind: 'rule' | 'route' | 'fn';
  readonly name: string;
  readonly span: Span;
  readonly applied: boolean;
  readonly skipped: boolean;
  readonly regions: number;
  readonly missed: readonly Span[];
}

export interface TestReport {
  readonly results: readonly TestResult[];
  /** Of the leaf's own code; absent unless asked for. */
  readonly coverage?: readonly Covered[];
}

/** Run the tests of the policy's leaf. Each starts from the built-in sample request. */
export function runTests(
  policy: LinkedPolicy,
  options: { readonly catalogue: Catalogue; readonly coverage?: boolean },
): TestReport {
  throw new Error(`not built: ${policy.name} ${options.catalogue.revision}`);
}
