// The hash by which everything is drawn that has a key: splits, sticky orders, rollouts. Part of the language: another one would send everybody elsewhere.
//
// MurmurHash3_x86_32 (Austin Appleby, public domain) over UTF-16 code units, run twice with seeds that are themselves hashes of the salt.
// It is keyed by its salt so that one key under two salts gives two numbers that do not correlate; it is not a secret.

/** What a salt comes to, for whoever draws by the same one again. */
export interface Salt {
  readonly high: number;
  readonly low: number;
}

export function saltOf(text: string): Salt {
  return { high: murmur3(text, 0x9747b28c), low: murmur3(text, 0x5bd1e995) ^ 0x1b873593 };
}

/** 53 bits: an integer from 0 up to 2^53, by salt and key. */
export function hash(salt: string | Salt, key: string): number {
  const seeds = typeof salt === 'string' ? saltOf(salt) : salt;
  return (murmur3(key, seeds.high) >>> 0) * 0x200000 + (murmur3(key, seeds.low) >>> 11);
}

/** From 0 up to 1, which is not included; equally spread over keys. */
export function fraction(salt: string | Salt, key: string): number {
  return hash(salt, key) / 0x20_0000_0000_0000;
}

/** One unsigned 32-bit number; the seed is one too. */
function murmur3(text: string, seed: number): number {
  let state = seed | 0;
  const pairs = text.length & ~1;
  for (let place = 0; place < pairs; place += 2) {
    state ^= scramble(text.charCodeAt(place) | (text.charCodeAt(place + 1) << 16));
    state = (state << 13) | (state >>> 19);
    state = (Math.imul(state, 5) + 0xe6546b64) | 0;
  }
  if (pairs < text.length) state ^= scramble(text.charCodeAt(pairs));
  return finish(state ^ (text.length * 2));
}

function scramble(block: number): number {
  const mixed = Math.imul(block, 0xcc9e2d51);
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
}

function finish(state: number): number {
  let mixed = state;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
