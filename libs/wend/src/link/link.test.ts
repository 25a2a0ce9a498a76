import { expect, test } from 'vitest';
import { sampleCatalogue } from '../data/sample-catalogue.ts';
import { decided } from '../decide/decide.testing.ts';
import { closures } from '../run/closures.ts';
import { linked, linkTexts, problems, sha256 } from './link.testing.ts';
import { checkCatalogue } from './link.ts';

type Texts = readonly [string, ...string[]];
const codes = (texts: Texts) => linkTexts(texts).diagnostics.map(({ code, file }) => `${code} ${file}`);
const route = 'route default { candidates @openai/gpt-4.1 }';

test('a chain is linked root to leaf, with what each layer imports', () => {
  const texts: Texts = [
    `import "tools/b@^1" as b policy "leaf" version "1.2.3" extends "mid@~2.1" { rule r { tag x = b.twice(2) } }`,
    `policy "mid" version "2.1.7" extends "root" { }`,
    `import "tools/b" policy "root" { rule r0 { tag y = twice(3) } ${route} }`,
    `import "tools/a@*" as a library "tools/b" version "1.0.0" { fn twice(x: Int) -> Int { return a.add(x, x) } }`,
    `library "tools/a" { fn add(x: Int, y: Int) -> Int { return x + y } }`,
  ];
  const policy = linked(texts);
  expect(policy).toMatchObject({ kind: 'policy', name: 'leaf', version: '1.2.3' });
  expect(policy.layers.map(({ unit }) => unit.name)).toEqual(['root', 'mid', 'leaf']);
  expect(policy.sources.map(({ name }) => name)).toEqual(['tools/a', 'tools/b', 'root', 'mid', 'leaf']);
  expect(policy.sources.at(-1)).toEqual({
    file: 'leaf.wend',
    text: texts[0],
    digest: sha256(texts[0]),
    name: 'leaf',
    version: '1.2.3',
  });
  expect(decided(texts).tags).toEqual({ x: 4, y: 6 });
});

test('the digest is of all sources: another text of any of them is another bundle', () => {
  const texts = (root: string, tools: string): Texts => [
    `policy "leaf" extends "root" { }`,
    `import "tools" policy "root" { rule r { tag y = twice(3) } ${root} }`,
    `library "tools" { fn twice(x: Int) -> Int { return ${tools} } }`,
  ];
  const digests = [
    [route, 'x + x'],
    [`${route} `, 'x + x'],
    [route, 'x * 2'],
    [route, 'x + x'],
  ].map(([root = '', tools = '']) => linked(texts(root, tools)).digest);
  expect(new Set(digests).size).toBe(3);
  expect(digests[3]).toBe(digests[0]);
  expect(linked(texts(route, 'x + x'), { backEnd: closures }).digest).toBe(digests[0]);
});

test.each<readonly [string, Texts, readonly string[]]>([
  ['missing', ['policy "leaf" extends "gone" { }'], ['E420 leaf.wend']],
  ['missing, of a base', ['policy "leaf" extends "mid" { }', 'import "gone" policy "mid" { }'], ['E420 mid.wend']],
  [
    'a circle of policies',
    ['policy "a" extends "b" { }', 'policy "b" extends "c" { }', 'policy "c" extends "a" { }'],
    ['E421 c.wend'],
  ],
  ['itself', ['policy "a" extends "a@1.0.0" { }'], ['E421 a.wend']],
  [
    'a circle of libraries',
    ['import "a" as a policy "p" { }', 'import "b" as b library "a" { }', 'import "a" as a library "b" { }'],
    ['E421 b.wend'],
  ],
  ['a library as a base', ['policy "p" extends "l" { }', 'library "l" { }'], ['E422 p.wend']],
  ['a policy as an import', ['import "q" as q policy "p" { }', 'policy "q" { }'], ['E422 p.wend']],
  ['without a version', ['policy "p" extends "q@^1" { }', 'policy "q" { }'], ['E423 p.wend']],
  ['not a range', ['policy "p" extends "q@>" { }', 'policy "q" { }'], ['E424 p.wend']],
  [
    'a broken base',
    ['policy "p" extends "q" { rule r { tag x = missing } }', 'policy "q" { rule r { tag x = wrong } }'],
    ['E105 q.wend'],
  ],
  [
    'two files at once',
    ['policy "p" extends "q" { rule', 'policy "q" { rule r { tag x = 1 + "a" } }'],
    ['E001 p.wend', 'E102 q.wend'],
  ],
])('what cannot be linked is told in its file: %s', (_, texts, expected) => {
  const { policy } = linkTexts(texts);
  expect(policy).toBeUndefined();
  expect(new Set(codes(texts))).toEqual(new Set(expected));
});

test('a param is what the lowest layer sets it to, in every layer that reads it', () => {
  const root = `policy "root" { param most: Int = 10 const twice = most * 2 rule r { limit rpm = twice limit tpm = most } ${route} }`;
  const mid =
    'policy "mid" extends "root" { param most = 20 const half = most div 2 rule m { limit concurrency = half } }';
  const leaf = 'policy "leaf" extends "mid" { const base = 15 param most = base * 2 rule l { tag most = most } }';
  expect(decided([root]).limits).toEqual({ rpm: 20, tpm: 10 });
  expect(decided([mid, root]).limits).toEqual({ rpm: 40, tpm: 20, concurrency: 10 });
  expect(decided([leaf, mid, root])).toMatchObject({
    limits: { rpm: 60, tpm: 30, concurrency: 15 },
    tags: { most: 30 },
  });
});

test('an open function is what the lowest layer puts in its place, for all that call it', () => {
  const root = `policy "root" { open fn most() -> Int { return 1 } fn all() -> Int { return most() * 10 } rule r { tag all = all() } ${route} }`;
  const mid =
    'policy "mid" extends "root" { open fn most() -> Int { return own() } fn own() -> Int { return 2 } rule m { tag mid = most() } }';
  const leaf = 'policy "leaf" extends "mid" { fn most() -> Int { return 3 } }';
  expect(decided([root]).tags).toEqual({ all: 10 });
  expect(decided([mid, root]).tags).toEqual({ all: 20, mid: 2 });
  expect(decided([leaf, mid, root]).tags).toEqual({ all: 30, mid: 3 });
});

test('a child that redefines what its parent’s rules use is refused', () => {
  const root = `policy "root" { fn is_eu(region: String?) -> Bool { return region == "eu" } rule residency { only m => is_eu(m.region) } ${route} }`;
  expect(codes(['policy "leaf" extends "root" { fn is_eu(region: String?) -> Bool { return true } }', root])).toEqual([
    'E400 leaf.wend',
  ]);
  expect(codes(['policy "leaf" extends "root" { rule residency { tag x = 1 } }', root])).toEqual(['E400 leaf.wend']);
});

test('a value that cannot be computed is told where it stands', () => {
  const text = `policy "p" {\n  const zero = 0\n  const one = 1 div zero\n  rule r { tag x = one }\n  ${route}\n}`;
  expect(problems(linkTexts([text]).diagnostics, [text])).toEqual([
    'E428 p.wend:3:15 "one" cannot be computed: division by zero',
  ]);
});

test('a value that fails because of what a lower layer sets is told at its own place', () => {
  const root = `policy "root" { param parts = 2 const share = 100 div parts rule r { limit rpm = share } ${route} }`;
  const texts: Texts = ['policy "leaf" extends "root" { param parts = 0 }', root];
  expect(problems(linkTexts(texts).diagnostics, texts)).toEqual([
    'E428 root.wend:1:47 "share" cannot be computed: division by zero',
  ]);
});

test('a param that is set by what depends on it is refused', () => {
  const root = `policy "root" { param a = 1 const b = a + 1 rule r { limit rpm = b } ${route} }`;
  const texts: Texts = ['policy "leaf" extends "root" { param a = b }', root];
  expect(problems(linkTexts(texts).diagnostics, texts)[0]).toMatch(/^E428 .* depends on itself$/);
});

test('ten thousand constants that need each other, the last first, are computed without a stack', () => {
  const chain = Array.from({ length: 9000 }, (_, n) => `const c${n} = ${n === 0 ? '0' : `c${n - 1} + 1`}`).join(' ');
  const text = `policy "p" { ${chain} rule r { tag x = c8999 } ${route} }`;
  const { diagnostics } = linkTexts([text]);
  expect(diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code)).toEqual(['E429']);
  expect(linked([text], { limits: { fuel: 100_000, depth: 64, bytes: 1 << 18 } }).layers[0]?.values[8999]).toBe(8999);
});

test('literals of the leaf that the catalogue does not have are errors, those of its base warnings', () => {
  const leaf = 'policy "leaf" extends "root" { route default { candidates [@openai/gpt-4.2, @"fsat"] } }';
  const root = 'policy "root" { route default { candidates @open/ai } }';
  const { policy, diagnostics } = linkTexts([leaf, root], { catalogue: sampleCatalogue });
  expect(policy).toBeUndefined();
  expect(diagnostics.map(({ code, severity, file, help }) => [code, severity, file, help])).toEqual([
    ['E430', 'warning', 'root.wend', undefined],
    ['E430', 'error', 'leaf.wend', 'did you mean "openai/gpt-4.1"?'],
    ['E431', 'error', 'leaf.wend', 'did you mean "fast"?'],
  ]);
  const warnings = checkCatalogue(linked([leaf, root]), { ...sampleCatalogue, open: new Set(['open']) });
  expect(warnings.map(({ code, severity, file }) => [code, severity, file])).toEqual([
    ['E430', 'warning', 'leaf.wend'],
    ['E431', 'warning', 'leaf.wend'],
  ]);
});

test('a source that names ten thousand models that are not there is told of as many as can be read', () => {
  const models = Array.from({ length: 10_000 }, (_, n) => `@openai/gpt-9.${n}`).join(', ');
  const { policy, diagnostics } = linkTexts([`policy "p" { route default { candidates [${models}] } }`], {
    catalogue: sampleCatalogue,
  });
  expect(policy).toBeUndefined();
  expect(diagnostics).toHaveLength(100);
});

test('one library may be imported under two names', () => {
  const lib = 'library "tools" { fn two() -> Int { return 2 } }';
  const other = 'library "other" { fn two() -> Int { return 3 } }';
  const imports = 'import "tools" as a import "tools" as b import "other" as c';
  const leaf = `${imports} policy "leaf" extends "root" { rule r { tag x = [a.two(), b.two(), c.two(), base()] } }`;
  const root = `policy "root" { fn base() -> Int { return 4 } rule s { tag y = base() } ${route} }`;
  expect(decided([leaf, lib, other, root]).tags).toEqual({ x: [2, 2, 3, 4], y: 4 });
});

test('extensions are looked for where the host knows them', () => {
  const text = `policy "p" { rule r { use pre "pii-gard@^1" } ${route} }`;
  expect(linkTexts([text], { catalogue: sampleCatalogue }).policy).toBeDefined();
  const { diagnostics } = linkTexts([text], { catalogue: { ...sampleCatalogue, extensions: new Set(['pii-guard']) } });
  expect(diagnostics.map(({ code, help }) => [code, help])).toEqual([['E432', 'did you mean "pii-guard"?']]);
});

test('warnings are told of the leaf alone', () => {
  const unused = 'fn unused() -> Int { return 1 }';
  const root = `policy "root" { ${unused} ${route} }`;
  expect(codes([root])).toHaveLength(1);
  expect(codes(['policy "leaf" extends "root" { }', root])).toEqual([]);
});

test('a library can be linked, for its tests; it decides nothing', () => {
  const texts: Texts = ['library "tools" { fn twice(x: Int) -> Int { return x * 2 } }'];
  expect(linked(texts).kind).toBe('library');
  expect(decided(texts)).toMatchObject({ effect: 'unavailable', unavailable: { reason: 'no_candidate' } });
});

test('no route without a guard is left when a lower layer guards the last one', () => {
  const texts: Texts = [
    'policy "leaf" extends "root" { route default when request.stream { candidates @local/llama-3 } }',
    `policy "root" { ${route} }`,
  ];
  expect(codes(texts)).toEqual(['E210 leaf.wend']);
});
