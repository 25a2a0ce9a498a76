import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from '../syntax/parse.ts';
import { check } from './check.ts';

const runs = process.env.MESH_TEST_LONG === undefined ? 400 : 200_000;

const source = `import "lib@^1" as lib
policy "acme/chat" version "3.1.0" extends "base@^2" {
  meta { owner: "a", list: [1, "x"] }
  param soft: Float = 90%
  const tiers = ["free", "pro"]
  type Arm = { model: ModelId, weight: Float?, at: Time? }
  open fn estimate(m: Model) -> Money? { return cost(m, request.tokens_in, request.max_tokens ?? 512) }
  fn add(a: Int, b: Int) -> Int { var n = a while n < b { set n = n + 1 if n == 5 { break } } return n }
  fn arm(t: Time?) -> Arm { if t == null or t < "2026-01-01" { return { model: @a/b } } return { model: @a/b, at: t } }
  rule deny_it priority -5 when tenant.tier == "free" and request.lang != null and len(request.lang) > 1 {
    deny "x" status 429 message f"{request.lang} {soft}"
  }
  rule filter when any(models(), m => m.price_in != null and m.price_in < $1) {
    only m => m.region in ["eu", "us"] and not (m.tools ?? false)
    limit max_tokens = reduce([1, 2], 0, add)
    for x in tiers { let y = upper(x) tag a.b = y }
    use post "mask@^1" with { a: [1, "b", null] } required timeout 50ms stream window 80
    transform request metadata.x["y z"] = -5 cache key request.model ttl 5min hedge after 200ms
    experiment e by user.id ?? seed { a: { tag x = 1 }, b: { exclude m => m.id == @a/b } }
  }
  final route vip when health["a/b"]?.p95 != null and request.model matches re"^gpt-[0-9]+" {
    split by seed { @a/b: 70, model(@c/d): 0.3 } fallback @c/d on timeout retry 2 backoff exp(100ms, 5s) sticky by seed
  }
  route default { candidates if request.stream then cheapest(3) else healthy(requested()) }
  breaker * { failures: 50%, calls: 20, open: 30s }
  test "t" { given tenant.tier = "pro" sample "default" expect decision.route == "vip" and 1 in [2, 3] }
}`;

const tokens = parse(source, 'test.wend').source.tokens.map(({ text }) => text);
const place = fc.nat(tokens.length - 1);

/** Tokens left out, doubled, exchanged, or put in from elsewhere. */
const mutation = fc.oneof(
  place.map((at) => (all: string[]) => all.splice(at % all.length, 1)),
  fc.tuple(place, place, fc.integer({ min: 1, max: 12 })).map(
    ([at, from, count]) =>
      (all: string[]) =>
        all.splice(at % all.length, 0, ' ', ...tokens.slice(from, from + count), ' '),
  ),
  fc.tuple(place, place).map(
    ([at, from]) =>
      (all: string[]) =>
        all.splice(at % all.length, 1, tokens[from] ?? ''),
  ),
  fc.tuple(place, fc.integer({ min: 1, max: 30 })).map(
    ([at, count]) =>
      (all: string[]) =>
        all.splice(at % all.length, count),
  ),
);

test('whatever was parsed is checked: nothing is thrown, and what is said stands in the text', () => {
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: 6 }), (mutations) => {
      const all = [...tokens];
      for (const mutate of mutations) if (all.length > 0) mutate(all);
      const text = all.join('');
      const parsed = parse(text, 'test.wend');
      const { unit, diagnostics } = check(parsed.source, { bases: [], imports: new Map() });
      for (const { span, message } of diagnostics) {
        expect(span.start).toBeGreaterThanOrEqual(0);
        expect(span.end).toBeLessThanOrEqual(text.length);
        expect(message).not.toBe('');
      }
      const isWrong = diagnostics.some(({ severity }) => severity === 'error');
      if (parsed.source.body !== undefined) expect(unit === undefined).toBe(isWrong);
    }),
    { numRuns: runs },
  );
}, 3_600_000);
