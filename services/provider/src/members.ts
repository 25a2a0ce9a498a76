// The members of a JSON object by where they stand in its bytes, so that some can be changed and all others pass as they came. Pure.

/** One member of the object, as the range of its bytes [from, to) and that of its value [value, to). */
export interface Member {
  readonly key: string;
  readonly from: number;
  readonly value: number;
  readonly to: number;
}

/** What is told of an object. */
export interface Members {
  /** In their order. */
  readonly members: readonly Member[];
  /** Whether a key that was sought stands in an object within it. */
  readonly found: boolean;
}

/** What nests deeper, or has an object of more members than this, is not followed: there is little of it, and every key is compared with those before it. */
const mostDepth = 100;
const mostKeys = 100;
/** After so many bytes of a text its end is searched natively: that costs as much as looking at these. */
const nearBytes = 64;

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a];
const [openObject, closeObject, openList, closeList] = [0x7b, 0x7d, 0x5b, 0x5d];

/** What every function here returns in the place of an end that it cannot tell. */
const none = -1;

/**
 * The members of an object.
 *
 * INVARIANT (one meaning): whoever reads the bytes, whichever of two equal keys it takes, reads what `JSON.parse` reads. An object in which a key stands twice or is written
 * with escapes, at any depth, is not told of; nor is one that is too deep or too wide to see that, nor what is no object.
 * @param bytes JSON, as somebody has made sure: only its structure is looked at
 * @param sought keys in ASCII
 */
export function membersOf(bytes: Buffer, sought: readonly string[] = []): Members | undefined {
  return new Reader(bytes, sought).read();
}

/** Each method takes the place where something begins and returns the place behind it. */
class Reader {
  readonly #bytes: Buffer;
  readonly #sought: readonly string[];
  readonly #members: Member[] = [];
  #found = false;

  constructor(bytes: Buffer, sought: readonly string[]) {
    this.#bytes = bytes;
    this.#sought = sought;
  }

  read(): Members | undefined {
    const from = this.#space(0);
    if (this.#bytes[from] !== openObject) return undefined;
    const end = this.#object(from, 0);
    if (end === none || this.#space(end) !== this.#bytes.length) return undefined;
    return { members: this.#members, found: this.#found };
  }

  #object(open: number, depth: number): number {
    const bytes = this.#bytes;
    const keys: number[] = []; // where they begin and end, by turns
    let at = this.#space(open + 1);
    if (bytes[at] === closeObject) return at + 1;
    for (;;) {
      const [from, name] = [at, this.#key(at)];
      if (name === none || !this.#isNew(keys, from, name)) return none;
      keys.push(from, name);
      at = this.#space(name);
      if (bytes[at] !== colon) return none;
      const value = this.#space(at + 1);
      const to = this.#value(value, depth);
      if (to === none) return none;
      if (depth === 0) this.#members.push({ key: bytes.toString('latin1', from + 1, name - 1), from, value, to });
      else this.#found ||= this.#isSought(from + 1, name - 1);
      at = this.#space(to);
      if (bytes[at] === closeObject) return at + 1;
      if (bytes[at] !== comma) return none;
      at = this.#space(at + 1);
    }
  }

  #list(open: number, depth: number): number {
    const bytes = this.#bytes;
    let at = this.#space(open + 1);
    if (bytes[at] === closeList) return at + 1;
    for (;;) {
      const to = this.#value(at, depth);
      if (to === none) return none;
      at = this.#space(to);
      if (bytes[at] === closeList) return at + 1;
      if (bytes[at] !== comma) return none;
      at = this.#space(at + 1);
    }
  }

  #value(from: number, depth: number): number {
    switch (this.#bytes[from]) {
      case quote:
        return this.#text(from);
      case openObject:
        return depth === mostDepth ? none : this.#object(from, depth + 1);
      case openList:
        return depth === mostDepth ? none : this.#list(from, depth + 1);
      default:
        return this.#word(from);
    }
  }

  /** A number, `true`, `false` or `null`. */
  #word(from: number): number {
    let at = from;
    while (isOfWord(this.#bytes[at])) at += 1;
    return at === from ? none : at;
  }

  #text(open: number): number {
    const bytes = this.#bytes;
    for (let at = open + 1; ;) {
      for (const near = Math.min(at + nearBytes, bytes.length); at < near; at += 1) {
        const byte = bytes[at];
        if (byte === quote) return at + 1;
        if (byte === backslash) at += 1;
      }
      at = bytes.indexOf(quote, at);
      if (at < 0) return none;
      if (!this.#isEscaped(at)) return at + 1;
      at += 1;
    }
  }

  /** Whether an odd number of backslashes stands before a byte. */
  #isEscaped(at: number): boolean {
    let before = at - 1;
    while (this.#bytes[before] === backslash) before -= 1;
    return (at - before) % 2 === 0;
  }

  /** A text without escapes. */
  #key(open: number): number {
    const bytes = this.#bytes;
    if (bytes[open] !== quote) return none;
    for (let at = open + 1; at < bytes.length; at += 1) {
      const byte = bytes[at];
      if (byte === quote) return at + 1;
      if (byte === backslash) return none;
    }
    return none;
  }

  #isNew(keys: readonly number[], from: number, to: number): boolean {
    if (keys.length === 2 * mostKeys) return false;
    for (let index = 0; index < keys.length; index += 2) {
      const other = keys[index] ?? 0;
      if ((keys[index + 1] ?? 0) - other === to - from && this.#isSame(other, from, to - from)) return false;
    }
    return true;
  }

  #isSame(one: number, other: number, length: number): boolean {
    const bytes = this.#bytes;
    for (let index = 1; index < length; index += 1) if (bytes[one + index] !== bytes[other + index]) return false;
    return true;
  }

  #isSought(from: number, to: number): boolean {
    for (const key of this.#sought)
      if (key.length === to - from && this.#bytes.toString('latin1', from, to) === key) return true;
    return false;
  }

  #space(from: number): number {
    let at = from;
    while (isSpace(this.#bytes[at])) at += 1;
    return at;
  }
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** Digits, small letters, `+`, `-`, `.` and `E`. */
function isOfWord(byte = 0): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    byte === 0x2b ||
    byte === 0x2d ||
    byte === 0x2e ||
    byte === 0x45
  );
}
