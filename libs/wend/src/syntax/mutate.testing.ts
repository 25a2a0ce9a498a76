// Sources with something wrong in them.
import { below, pick, type Random } from './grammar/random.testing.ts';
import { tokenize } from './tokenize.ts';

/** What is likely to be mistaken for something else. */
const shards = [
  ...'{}()[]<>,:.?=+-*/|"@$%&;!\\#\'`',
  ...[
    '//',
    'f"',
    're"',
    '@"',
    '@a/b',
    '@a/',
    '=>',
    '>=',
    '??',
    '?.',
    '\\u{',
    '\\u{d800}',
    '1.',
    '1e9',
    '5%',
    '9'.repeat(20),
    '$',
  ],
  ...['\n', '\r', '\r\n', '\t', '\0', '\ufeff', '\u202e', '\u2028', '\ud83d', '\ude00', '😀', 'é', '漢'],
  ...'rule route fn param const type test open final meta combine breaker policy library import'.split(' '),
  ...'let var set if else for in while break continue return deny only split fallback use cache experiment'.split(' '),
  ...'not and or matches div mod then true null when on retry with Map Int __proto__ constructor'.split(' '),
];

/** One of the sources after a few changes, of its characters, bytes or tokens. */
export function mutated(sources: readonly string[], chance: Random): string {
  let text = pick(chance, sources);
  const changes = 1 + below(chance, 4);
  for (let change = 0; change < changes; change += 1) text = changed(text, sources, chance);
  return text;
}

function changed(text: string, sources: readonly string[], chance: Random): string {
  const at = below(chance, text.length + 1);
  const end = Math.min(text.length, at + below(chance, 12));
  switch (below(chance, 9)) {
    case 0:
      return text.slice(0, at) + text.slice(end);
    case 1:
      return text.slice(0, at) + pick(chance, shards) + text.slice(at);
    case 2:
      return text.slice(0, at) + pick(chance, shards) + text.slice(end);
    case 3:
      return text.slice(0, end) + text.slice(at);
    case 4:
      return text.slice(0, at) + String.fromCharCode(below(chance, 0x10000)) + text.slice(end);
    case 5:
      return withByte(text, chance);
    case 6:
      return chance() < 0.1 ? text.slice(0, at) : text;
    default:
      return withTokens(text, sources, chance);
  }
}

function withByte(text: string, chance: Random): string {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length > 0) bytes[below(chance, bytes.length)] = below(chance, 256);
  return new TextDecoder().decode(bytes);
}

/** Tokens left out, doubled, or taken from elsewhere. */
function withTokens(text: string, sources: readonly string[], chance: Random): string {
  const tokens = words(text);
  const at = below(chance, tokens.length);
  const others = words(chance() < 0.5 ? text : pick(chance, sources));
  const from = below(chance, others.length);
  const inserted = others.slice(from, from + below(chance, 5));
  return tokens.toSpliced(at, below(chance, 4), ...inserted).join('');
}

function words(text: string): readonly string[] {
  return tokenize(text, () => undefined).all.map((token) => token.text);
}
