/** JSON as a hostile client may write it: any white space, escapes of any character, keys that stand twice, long texts. Imported by tests only. */
import fc from 'fast-check';

export interface Written {
  readonly text: string;
  /** Whether every key stands once in its object and without escapes. */
  readonly isPlain: boolean;
}

const names = [
  'model',
  'router',
  'stream_options',
  'messages',
  'n',
  'max_tokens',
  'content',
  '__proto__',
  'a',
  'é',
  '',
];

const space = fc.string({ unit: fc.constantFrom(' ', '\n', '\r', '\t'), maxLength: 2 });
/** One character of a text as it is written, with none, a short or a long escape. */
const character = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }).map((char) => JSON.stringify(char).slice(1, -1)),
  fc.constantFrom('\\"', '\\\\', '\\/', '\\n', '\\u0022', '\\u005c', '\\ud83d\\ude00', '{', '}', '[', ']', ',', ':'),
  fc.constantFrom('x'.repeat(70), 'é'.repeat(70), '\\\\'.repeat(40)),
);
const text = fc.array(character, { maxLength: 8 }).map((characters) => `"${characters.join('')}"`);
const scalar = fc.oneof(
  text,
  fc.constantFrom('null', 'true', 'false', '0', '-1', '1.50', '1E+3', '-2e-7', '12345'),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => JSON.stringify(number)),
);
const plainKey = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...names) },
  fc.stringMatching(/^[ -!#-[\]-~é😀]*$/u),
);
const key = fc.tuple(plainKey, fc.integer({ min: 0, max: 9 })).map(([name, how]) => ({
  name,
  text: how === 0 && name !== '' ? `"${escaped(name)}"` : `"${name}"`,
  isEscaped: how === 0 && name !== '',
}));

const { value, object } = fc.letrec<{ value: Written; object: Written; list: Written }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar.map((text) => ({ text, isPlain: true })),
    tie('object'),
    tie('list'),
  ),
  list: fc.tuple(space, fc.array(fc.tuple(space, tie('value'), space), { maxLength: 4 })).map(([inner, items]) => ({
    text:
      items.length === 0 ? `[${inner}]` : `[${items.map(([before, { text }, after]) => before + text + after).join()}]`,
    isPlain: items.every(([, { isPlain }]) => isPlain),
  })),
  object: fc
    .tuple(space, fc.array(fc.tuple(space, key, space, tie('value'), space), { maxLength: 7 }))
    .map(([inner, members]) => ({
      text:
        members.length === 0
          ? `{${inner}}`
          : `{${members.map(([before, key, between, { text }, after]) => `${before}${key.text}${between}:${between}${text}${after}`).join()}}`,
      isPlain:
        members.every(([, key, , { isPlain }]) => isPlain && !key.isEscaped) &&
        new Set(members.map(([, key]) => key.name)).size === members.length,
    })),
}));

export const anyJson = value;
export const anyObject = object;

/** Its first character as one escape, or two. */
function escaped(name: string): string {
  const [first = ''] = name;
  const units = Array.from({ length: first.length }, (_, index) => first.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('') + name.slice(first.length);
}
