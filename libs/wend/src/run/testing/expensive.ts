// Programs that spend all their fuel on what takes longest for it: how long one may hold the event loop.
import type { Input } from '../../data/input.ts';
import { sampleInput } from '../../data/samples.ts';
import { random } from './random.ts';

const chance = random(1);
const letters = Array.from({ length: 4000 }, () => chance.pick(['a', 'b'])).join('');

/** Long and hostile texts in what a client sends. */
export const expensiveInput: Input = {
  ...sampleInput,
  request: { ...sampleInput.request, model: letters, metadata: { a: 'a'.repeat(150_000) } },
  user: { id: 'äB'.repeat(1500), roles: [] },
};

/** Statements of a rule, by what they do. `long` is the 150 000 letters of the metadata. */
const bodies: Readonly<Record<string, string>> = {
  'nothing at all': 'while true { }',
  'calls of functions': 'while true { let x = add(1, 2) }',
  'a regex with many states': 'while true { let x = request.model matches re"(?:a|b)*a(?:a|b){50}[cd]" }',
  'a regex with more states': 'while true { let x = request.model matches re"(?:a|b)*a(?:a|b){20}[cd]" }',
  'a regex with bounds of words': String.raw`while true { let x = request.model matches re"\B[ab]\B.*a.{15}\B[cd]" }`,
  'a regex on a long text': 'while true { let x = long matches re"[ab]*a[ab]{3}[cd]" }',
  'a search that almost finds': `let part = slice_of(1000) while true { let x = contains(long, part + "b" + part) }`,
  'a split by a long text': 'let part = slice_of(900) while true { let x = split(long, part + "b" + part) }',
  'a replacement': 'while true { let x = replace(long, "a", "") }',
  'upper case': 'while true { let x = upper(user.id ?? "") }',
  'the place of a character': 'while true { let x = code(user.id ?? "", 2999) }',
  addresses: 'while true { let x = cidr("2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:7/127") }',
  versions: 'while true { let x = semver("1.2.3-alpha.1.2.3", "^1.2.3-alpha.1.2") }',
  'times in a zone': 'while true { let x = between(now, "10:00", "12:00", "Europe/Berlin") }',
  'texts of times': 'while true { let x = text(now) }',
  'texts of numbers': 'while true { let x = f"{1.0 / 3.0}{2.0e200 / 3.0}" }',
  'great maps': 'let m = keyed(1000) while true { let x = put(m, "x", []) }',
  'great maps compared': 'let m = keyed(400) let n = put(m, "0", []) while true { let x = m == n }',
  'keys sorted': 'let m = keyed(1000) while true { let x = keys(m) }',
  groups: 'let l = map(range(1000), n => text(n)) while true { let x = group(l, n => n) }',
  'items sorted': 'let l = map(range(1000), n => (n * 7919) mod 1009) while true { let x = sort_by(l, n => n) }',
  'lists compared': 'let l = map(range(200), n => [n]) while true { let x = unique(l) }',
  'drawing by a key': 'while true { let x = bucket(user.id ?? "", "s") }',
  'models by speed': 'while true { let x = fastest(3) }',
  'effects told': 'while true { tag t = { a: [1, 2, 3], b: "x" } }',
};

export const expensive: readonly { readonly what: string; readonly text: string }[] = Object.entries(bodies).map(
  ([what, body]) => ({
    what,
    text: `policy "expensive" {
  fn add(a: Int, b: Int) -> Int { return a + b }
  fn slice_of(n: Int) -> String { return join(map(range(n), x => "a")) }
  fn keyed(n: Int) -> Map<[String]> { return group(map(range(n), x => text(x)), x => x) }
  rule r {
    let long = as_string(request.metadata["a"]) ?? ""
    ${body}
  }
  route default { candidates cheapest(1) }
}`,
  }),
);
