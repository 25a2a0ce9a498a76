import { expect, test } from 'vitest';
import { samples } from '../data/samples.ts';
import { linked } from '../link/link.testing.ts';
import { runTests } from './run-tests.ts';

const route = 'route default { candidates @openai/gpt-4.1 }';
const run = (body: string, options: { coverage?: boolean } = {}, others: readonly string[] = []) =>
  runTests(linked([body, ...others]), options);
const failures = (tests: string) =>
  run(
    `policy "p" { rule eu when tenant.region == "eu" { only m => m.region == "eu" tag eu = true } ${route} ${tests} }`,
  ).results.map(({ failures: all }) => all.map(({ message }) => message));

test('a test starts from the sample request, then its sample, then what is given, in whatever order they stand', () => {
  expect(
    failures(`
      test "a" { expect decision.route == "default" and request.kind == "chat" and tenant.tier == "free" }
      test "b" { expect tenant.tier == "pro" and tenant.region == "eu" given tenant.tier = "pro" sample "enterprise" }
      test "c" { given user.id = "u9" given user.roles = ["admin"] given now = now + 1h given attributes["plan"] = "x" given tenant.quotas["rpm"] = 5
                 expect user.id == "u9" and "admin" in user.roles and hour(now) == 13 and attributes["plan"] != null and tenant.quotas["rpm"] == 5 }
      test "d" { given health["openai/gpt-4.1"].open = true expect len(healthy([@openai/gpt-4.1])) == 0 }
    `),
  ).toEqual([[], [], [], []]);
});

test('a failure tells both sides of a comparison, of the first part that is false', () => {
  expect(
    failures(`
      test "a" { given tenant.region = "eu" expect decision.effect == "allow" }
      test "b" { expect request.stream == false and decision.picked == @mistral/mistral-large and 1 == 2 }
      test "c" { expect request.tokens_in > 1k expect "x" in user.roles expect not (decision.route == "default") }
    `),
  ).toEqual([
    ['decision.effect == "allow" does not hold: the left is "unavailable", the right is "allow"'],
    [
      'decision.picked == @mistral/mistral-large does not hold: the left is "openai/gpt-4.1", the right is "mistral/mistral-large"',
    ],
    [
      'request.tokens_in > 1k does not hold: the left is 100, the right is 1000',
      '"x" in user.roles does not hold: the left is "x", the right is []',
      'does not hold',
    ],
  ]);
});

test('what cannot be computed fails its test', () => {
  expect(
    failures(
      'test "a" { given request.tokens_in = 1 div 0 expect true } test "b" { expect 1 div (request.tokens_in - 100) == 1 }',
    ),
  ).toEqual([['cannot be computed: division by zero'], ['cannot be computed: division by zero']]);
});

test('only the tests of the leaf are run, against the whole chain', () => {
  const root = `policy "root" { rule r { tag root = true } ${route} test "of root" { expect false } }`;
  const { results } = run('policy "leaf" extends "root" { test "mine" { expect decision.tags["root"] != null } }', {}, [
    root,
  ]);
  expect(results.map(({ name, passed, file }) => [name, passed, file])).toEqual([['mine', true, 'leaf.wend']]);
});

test('the tests of a library are run too', () => {
  const { results, coverage } = run(
    'library "l" { fn twice(x: Int) -> Int { return x * 2 } test "twice" { expect twice(2) == 4 } }',
    { coverage: true },
  );
  expect(results.map(({ passed }) => passed)).toEqual([true]);
  expect(coverage).toMatchObject([{ kind: 'fn', name: 'twice', applied: true, missed: [] }]);
});

test('coverage tells which guards were seen true and false, and where no test has been', () => {
  const text = `policy "p" {
  fn pick(n: Int) -> Int { if n > 10 { return 1 } return 2 }
  fn never() -> Int { return 1 }
  rule big when request.tokens_in > 1k { tag n = pick(5) }
  rule none when request.stream and never() == 1 { deny "no" }
  ${route}
  test "a" { expect decision.effect == "allow" }
  test "b" { given request.tokens_in = 2k expect decision.tags["n"] != null }
}`;
  const { results, coverage = [] } = run(text, { coverage: true });
  expect(results.every(({ passed }) => passed)).toBe(true);
  expect(
    coverage.map(({ kind, name, applied, skipped, missed }) => [
      kind,
      name,
      applied,
      skipped,
      missed.map(({ start, end }) => text.slice(start, end)),
    ]),
  ).toEqual([
    ['rule', 'big', true, true, []],
    ['rule', 'none', false, true, ['never() == 1', '{ deny "no" }']],
    ['route', 'default', true, true, []],
    ['fn', 'pick', true, true, ['{ return 1 }']],
    ['fn', 'never', false, true, ['{ return 1 }']],
  ]);
});

test('every sample is a whole input that differs from the default', () => {
  const texts = new Set(Object.values(samples).map((one) => JSON.stringify(one)));
  expect(texts.size).toBe(Object.keys(samples).length);
});
