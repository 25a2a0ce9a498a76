// The tests that stand in a policy.
import type { Catalogue } from '../data/catalogue.ts';
import { sampleCatalogue } from '../data/sample-catalogue.ts';
import { sampleInput, samples } from '../data/samples.ts';
import { judge, type Asked } from '../decide/judge.ts';
import type { Span } from '../diagnostics/diagnostic.ts';
import type { IrTest } from '../ir/ir.ts';
import { relink, type LinkedPolicy } from '../link/link.ts';
import { closures } from '../run/closures.ts';
import type { Instance, Value } from '../run/instance.ts';
import { Meter, PolicyFailure } from '../run/meter.ts';
import type { Run } from '../run/run.ts';
import { silent } from '../run/silent.ts';
import { Coverage } from './coverage.ts';
import { whyNot } from './expectation.ts';
import { given } from './given.ts';

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
  /** It was run: its guard was true. */
  readonly applied: boolean;
  /** Its guard was false; true as well for what has none. */
  readonly skipped: boolean;
  readonly regions: number;
  readonly missed: readonly Span[];
}

export interface TestReport {
  readonly results: readonly TestResult[];
  /** Of the leaf's own code; absent unless asked for. */
  readonly coverage?: readonly Covered[];
}

type Failure = TestResult['failures'][number];

/**
 * Run the tests of the policy's leaf. Each starts from the built-in sample request, or the sample that it names.
 *
 * @param options a catalogue, where it is not the sample's
 */
export function runTests(
  policy: LinkedPolicy,
  options: { readonly catalogue?: Catalogue; readonly coverage?: boolean } = {},
): TestReport {
  const { catalogue = sampleCatalogue } = options;
  const traced = relink(policy, closures);
  const leaf = traced.layers.at(-1);
  if (leaf === undefined) throw new Error('a policy without layers');
  const coverage = options.coverage === true ? new Coverage(leaf.unit) : undefined;
  const results = leaf.unit.tests.map((test, place) => {
    const failures = runTest(traced, leaf, test, place, catalogue, coverage);
    return { file: leaf.unit.file, name: test.name, span: test.at, passed: failures.length === 0, failures };
  });
  return coverage === undefined ? { results } : { results, coverage: coverage.report() };
}

function runTest(
  policy: LinkedPolicy,
  leaf: Instance,
  test: IrTest,
  place: number,
  catalogue: Catalogue,
  coverage: Coverage | undefined,
): readonly Failure[] {
  const entered = coverage?.entered;
  const failures: Failure[] = [];
  let run: Run = runOf({ input: startOf(test), catalogue, entered }, policy);
  for (const [step, one] of test.steps.entries()) {
    if (one.kind !== 'given') continue;
    const value = attempt(one.at, failures, () => leaf.code.tests[place]?.[step]?.run(leaf, run) ?? null);
    if (value === undefined) continue;
    run = runOf({ input: given(run.input, one.path, value), catalogue, entered }, policy);
  }
  const asked: Asked[] = [];
  const decision = judge(policy, { input: run.input, catalogue }, asked, entered);
  coverage?.asked(asked);
  for (const [step, one] of test.steps.entries()) {
    if (one.kind !== 'expect') continue;
    const expecting: Run = { ...runOf({ input: run.input, catalogue, entered }, policy), decision };
    const held = attempt(one.at, failures, () => leaf.code.tests[place]?.[step]?.run(leaf, expecting) ?? null);
    if (held === false) failures.push({ span: one.at, message: whyNot(leaf, one.value, one.at, expecting) });
  }
  return failures;
}

/** The last sample that it names; the checker knows that it is one. */
function startOf({ steps }: IrTest): Run['input'] {
  const named = steps.findLast((step) => step.kind === 'sample');
  return named === undefined ? sampleInput : (samples[named.name] ?? sampleInput);
}

/** What a step computes; undefined where it failed, which is said. Each step may spend what a run may. */
function attempt(span: Span, failures: Failure[], compute: () => Value): Value | undefined {
  try {
    return compute();
  } catch (error) {
    if (!(error instanceof PolicyFailure)) throw error;
    failures.push({ span, message: `cannot be computed: ${error.message}` });
    return undefined;
  }
}

function runOf(
  { input, catalogue, entered }: Pick<Run, 'input' | 'catalogue'> & { readonly entered: Run['entered'] | undefined },
  { limits }: LinkedPolicy,
): Run {
  const run = { meter: new Meter(limits), input, catalogue, effects: silent };
  return entered === undefined ? run : { ...run, entered };
}
