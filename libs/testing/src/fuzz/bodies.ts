// Bodies that nobody should send: valid ones with something changed, and what is none at all.
import type { Random } from './random.ts';

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

const strangeValues: readonly Json[] = [
  null,
  true,
  0,
  -1,
  1e308,
  -0.5,
  2 ** 53,
  '',
  ' ',
  '\u0000',
  '\ud800',
  '../../etc/passwd',
  'x'.repeat(5000),
  'ÄÖÜ💥'.repeat(50),
  '$JS.API.STREAM.DELETE.ROUTER_V2_METER',
  '_INBOX.>',
  [],
  [[[[]]]],
  {},
  { toString: 'x', constructor: null, hasOwnProperty: 1 },
  { $ref: '#' },
];

const noJson: readonly ((random: Random) => Uint8Array)[] = [
  () => Buffer.alloc(0),
  (random) => random.bytes(random.below(400)),
  () => Buffer.from([0x7b, 0xff, 0xfe, 0x7d]),
  () => Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]),
  () => Buffer.from('\ufeff{}'),
  (random) => Buffer.from('['.repeat(random.below(20_000))),
  (random) => Buffer.from(`${'{"a":'.repeat(random.below(3000))}`),
  (random) => deep(random.below(300)),
  (random) => deep(random.below(20_000)),
  (random) => Buffer.from(JSON.stringify({ model: 'x'.repeat(random.below(100_000)) })),
  (random) => Buffer.from(`{${'"a":1,'.repeat(random.below(10_000))}"b":2}`),
  (random) => Buffer.from(`{"__proto__":{"model":"demo/echo"},"n":${'9'.repeat(random.below(2000))}}`),
  () => Buffer.from('cancel'),
  () => Buffer.from('limit 1e9'),
  (random) => Buffer.from(`limit ${random.below(2 ** 31) - 5}`),
  (random) => Buffer.from(random.pick(['null', '[]', '0', '"x"', 'true', 'NaN', '{}', '{"', '\n\n'])),
  (random) => (random.chance(0.02) ? Buffer.alloc(1024 * 1024, 'x') : Buffer.from('x')),
];

function deep(levels: number): Uint8Array {
  return Buffer.from(`{"model":"demo/echo","messages":${'['.repeat(levels)}${']'.repeat(levels)}}`);
}

/** A body made from valid ones. A tenth is as it was. */
export function hostileBody(random: Random, valid: readonly Json[]): Uint8Array {
  const body = random.pick(valid);
  const dice = random.fraction();
  if (dice < 0.1) return Buffer.from(JSON.stringify(body));
  if (dice < 0.5) return Buffer.from(JSON.stringify(changed(random, body, valid)));
  if (dice < 0.7) return scrambled(random, Buffer.from(JSON.stringify(body)));
  return random.pick(noJson)(random);
}

/** One value of it, somewhere, is another; or one more key is there, or one less. */
function changed(random: Random, value: Json, valid: readonly Json[]): Json {
  if (typeof value !== 'object' || value === null || random.chance(0.15))
    return random.pick([...strangeValues, ...valid]);
  if (Array.isArray(value)) {
    const items = value as readonly Json[];
    if (items.length === 0 || random.chance(0.2)) return [...items, random.pick(strangeValues)];
    const at = random.below(items.length);
    return items.map((item, index) => (index === at ? changed(random, item, valid) : item));
  }
  const entries = Object.entries(value);
  const at = random.below(entries.length + 1);
  if (at === entries.length)
    return { ...value, [random.pick(['__proto__', 'router', 'n', 'x'.repeat(300), ''])]: null };
  if (random.chance(0.2)) return Object.fromEntries(entries.filter((_, index) => index !== at));
  return Object.fromEntries(
    entries.map(([key, inner], index) => [key, index === at ? changed(random, inner, valid) : inner]),
  );
}

/** Bytes flipped, cut off, put in or said twice. */
export function scrambled(random: Random, bytes: Buffer): Buffer {
  const at = random.below(bytes.length + 1);
  switch (random.below(4)) {
    case 0: {
      const flipped = Buffer.from(bytes);
      for (let n = random.below(8); n >= 0; n -= 1) flipped[random.below(bytes.length)] = random.below(256);
      return flipped;
    }
    case 1:
      return bytes.subarray(0, at);
    case 2:
      return Buffer.concat([bytes.subarray(0, at), random.bytes(random.below(20)), bytes.subarray(at)]);
    default:
      return Buffer.concat([bytes.subarray(0, at), bytes]);
  }
}

export type { Json };
