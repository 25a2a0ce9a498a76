// What the reference says in words: meaning, types, literals, operators, costs.
import { code, table } from './markdown.ts';

export const meaningText = `1. **Link**: the chain from root to leaf (\`extends\`), what they import, params. Rules, routes and functions mean what they mean in the layer that wrote them.
2. **Rules** of all layers, by priority (the highest first, 0 where none is said), then root first, then as they stand: every one that matches applies its effects.
3. **Routes**, unless something denied: \`final\` ones root first, then leaf to root; the first that matches. Its effects apply.
4. **Filters** take away candidates, fallbacks and arms. Nothing left: \`unavailable\`, reason \`no_candidate\`.
5. **The decision** is plain JSON.

A layer that spends more than it may, or fails (division by zero, overflow, a model that is no longer there), denies the request: \`unavailable\`, reason \`policy_limit\` or \`policy_error\`, with its place as an event. A decision depends on five things: digest of the policy, revision of the catalogue, time zone data, input and seed.`;

export const typesTable = table(
  ['type', 'values'],
  [
    ['`Bool`', '`true`, `false`'],
    ['`Int`', 'whole numbers up to 2^53; beyond is an error'],
    ['`Float`', 'numbers; an Int is one too. A percent is a Float'],
    ['`String`', 'text; `"a" | "b"` is one of these. Lengths count code points'],
    ['`Duration`', 'whole milliseconds'],
    ['`Money`', 'USD, exact to 10^-12 up to 9 007 USD'],
    ['`Time`', 'a moment'],
    ['`ModelId`, `Model`', '`@vendor/model`, and what is known of it: `model(@vendor/model)`'],
    ['`Json`', 'what came from outside; `as_int(x)` and its like give `T?`'],
    ['`[T]`, `Map<T>`', 'lists, and maps by String. Reading gives `T?`'],
    ['`{ a: T, b: U? }`', 'records. One with more fields fits; an optional one may be missing'],
    ['`T?`', 'a T or null: to be narrowed by `??`, `?.`, or `if x != null`'],
  ],
);

export const literalsTable = table(
  ['', ''],
  [
    ['Int', '`42`, `1_000`, `8k` (8 000), `2M`'],
    ['Float', '`0.5`, `1e-3`, `5%` (0.05)'],
    ['Duration', '`80ms`, `5s`, `10min`, `2h`, `7d`'],
    ['Money', '`$0.01`, `$1_000`'],
    ['String', '`"…"` with `\\n \\t \\" \\\\ \\u{1f980}`, and `f"…{expression}…"`'],
    ['regex', '`re"^a+$"`, after `matches`; runs in linear time'],
    ['ModelId', '`@vendor/model`, `@"vendor/Model:tag"`, and an alias: `@"fast"`'],
    ['lists, records', '`[1, 2]`, `{ a: 1, "b c": 2 }`'],
  ],
);

export const operatorsTable = table(
  ['from loose to tight', ''],
  [
    [code('x => …'), 'a lambda, as an argument of the library and after `only` and `exclude`'],
    [code('if a then b else c'), ''],
    [`${code('or')}, ${code('and')}, ${code('not')}`, 'the right side is looked at when it must be'],
    [
      `${code('==')} ${code('!=')} ${code('<')} ${code('<=')} ${code('>')} ${code('>=')} ${code('in')} ${code('not in')} ${code('matches')}`,
      'equality is of values; `in` a list, a map (its keys) or a String',
    ],
    [code('??'), 'the right side where the left one is null; beside `+` and `*` it takes parentheses'],
    [`${code('+')} ${code('-')}`, '`+` also joins Strings and Lists'],
    [`${code('*')} ${code('/')} ${code('div')} ${code('mod')}`, '`/` of Ints is a Float; `div` and `mod` round down'],
    [code('-x'), ''],
    [`${code('a.b')} ${code('a?.b')} ${code('a[b]')} ${code('f(x)')}`, ''],
  ],
);

export const costText = `A node of the tree costs 1 unit of fuel, charged when the piece of code that it stands in is entered: a block, an arm of \`if\`, the right side of \`and\`. What looks at values charges for what it touches, before it does:

- a string of n characters: ⌈n / 64⌉ to look at, and as much again to make one;
- a regex: 1, and ⌈n / 4⌉ for each 32 instructions of it;
- a list, a map, a record of n: n to make one;
- sorting n: n · ⌈log2 n⌉; the functions of the library as their tables say;
- \`==\` and \`in\` of lists and records: what they compare.

Of the bytes that a layer may take: a string 16 and 2 a character, a list 16 and 8 an item, a record or map 16 and 24 a field. What is shared is counted once when it is made; the decision is measured as it is written out.`;
