// For tests: random parents, children and libraries that call each other, from the random programs of the back ends.
import { randomProgram } from '../run/testing/program.ts';

// Matches the names that a random program makes up.
const made = /\b(?:n\d+|(?:v|k|m|u|r|toString|__proto__|then)_\d+|plus|same_\d+)\b/g;

interface Parts {
  /** Params, consts and functions. */
  readonly values: string;
  readonly rules: string;
  /** Functions that are called without anything. */
  readonly callable: readonly string[];
}

/** The leaf, its parent and a library that both import. */
export function randomBundle(seed: number): readonly [leaf: string, parent: string, library: string] {
  const [leaf, parent, library] = [0, 1, 2].map((place) => partsOf(seed * 3 + place, 'abc'.charAt(place)));
  if (leaf === undefined || parent === undefined || library === undefined) throw new Error('three parts');
  const ofLibrary = library.callable.map((name) => `lib.${name}()`);
  return [
    `import "lib" as lib policy "leaf" extends "parent" {
      ${seed % 2 === 0 ? 'param most = 3' : ''} ${seed % 3 === 0 ? 'fn turned(x: Int) -> Int { return x * most + lib.twice(x) }' : ''}
      ${leaf.values} ${leaf.rules} ${calls('leaf', [...parent.callable.map((name) => `${name}()`), ...ofLibrary])}
    }`,
    `import "lib" as lib policy "parent" {
      param most: Int = 1 open fn turned(x: Int) -> Int { return x + most }
      ${parent.values} ${parent.rules} ${calls('parent', ofLibrary)} rule turned { tag turned = turned(len(user.roles)) limit rpm = most }
    }`,
    `library "lib" { fn twice(x: Int) -> Int { return x * 2 } ${library.values.replaceAll(/^param /gm, 'const ')} }`,
  ];
}

function calls(name: string, expressions: readonly string[]): string {
  return expressions.map((one, place) => `rule calls_${name}_${place} { tag ${name}.called = ${one} }`).join('\n');
}

/** Of a random program, its names behind a prefix. */
function partsOf(seed: number, prefix: string): Parts {
  const text = randomProgram(seed)
    .replaceAll(made, (name) => `${prefix}_${name}`)
    .replace(/^policy "p" \{\n/, '')
    .replace(/\}\n$/, '');
  const rules = text.search(/^rule /m);
  const identities = text.search(new RegExp(`^fn ${prefix}_same_`, 'm'));
  const end = identities < 0 ? text.length : identities;
  const values = `${text.slice(0, rules)}\n${text.slice(end)}`;
  const callable = [...values.matchAll(/^fn (\w+)\(\)/gm)].map(([, name = '']) => name);
  return { values, rules: text.slice(rules, end), callable };
}
